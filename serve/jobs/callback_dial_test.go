package jobs

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

func TestPublic(t *testing.T) {
	c, err := NewCallbacks([]string{testSecret}, []string{"hooks.example.com"}, &CallbackOptions{
		Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd12::/16")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for ip, want := range map[string]bool{
		"93.184.215.14": true, "172.15.0.1": true, "172.32.0.1": true, "100.63.0.1": true, "100.128.0.1": true, "2606:2800:21f::1": true,
		"64:ff9b::5db8:d70e": true, "::ffff:93.184.215.14": true,
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "fd12::1": true, // listed networks
		"10.2.0.1": false, "fd13::1": false,
		"0.0.0.0": false, "127.0.0.1": false, "127.9.9.9": false, "192.168.1.1": false, "172.16.0.1": false, "100.64.0.1": false, "169.254.169.254": false,
		"224.0.0.1": false, "239.1.1.1": false, "240.0.0.1": false, "255.255.255.255": false, "192.0.0.8": false, "198.18.0.1": false, "203.0.113.1": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "ff02::1": false, "fc00::1": false, "fd00:ec2::254": false, "fec0::1": false,
		"::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "::10.0.0.1": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b:1::1": false,
		"2002:a00:1::1": false, "2001:0:1::1": false, "2001:db8::1": false,
	} {
		if got := c.reach("hooks.example.com", netip.MustParseAddr(ip)) == nil; got != want {
			t.Errorf("hooks.example.com at %s is called: %v, want %v", ip, got, want)
		}
	}
	for _, tt := range []struct {
		host, ip string
		want     bool
	}{
		{"10.9.9.9", "10.9.9.9", true},
		{"169.254.169.254", "169.254.169.254", true}, // who lists it by its number means it
		{"10.9.9.9", "10.9.9.8", false},
		{"localhost", "127.0.0.1", true},
		{"localhost", "::1", true},
		{"app.localhost", "127.0.0.1", true},
		{"localhost", "10.9.9.9", false},
		{"localhost", "169.254.169.254", false},
		{"notlocalhost", "127.0.0.1", false},
	} {
		if got := c.reach(tt.host, netip.MustParseAddr(tt.ip)) == nil; got != tt.want {
			t.Errorf("%s at %s is called: %v, want %v", tt.host, tt.ip, got, tt.want)
		}
	}
}

// A name on the list that points into the machine or its network is not called,
// however late its owner makes it point there.
func TestRebinding(t *testing.T) {
	var called atomic.Bool
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Store(true) }))
	ts.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of the handshake that fails
	ts.StartTLS()
	defer ts.Close()
	_, port, err := net.SplitHostPort(ts.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	const host = "hooks.example.com"
	c, err := NewCallbacks([]string{testSecret}, []string{host + ":" + port}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, ip := range []string{"127.0.0.1", "169.254.169.254", "10.0.0.1"} {
		var asked atomic.Int32
		c.names = nameServer(netip.MustParseAddr(ip), &asked)
		j := finished()
		j.Callback = "https://" + host + ":" + port + "/hush"
		if err := c.Check(j.Callback); err != nil {
			t.Fatal(err)
		}
		err = c.Send(t.Context(), j)
		e, ok := errors.AsType[*CallbackError](err)
		if _, refused := errors.AsType[*addressError](err); !ok || !refused || e.Owed || e.Attempts != 1 {
			t.Errorf("%s at %s: %v", host, ip, err)
		}
		if asked.Load() == 0 || !strings.Contains(err.Error(), ip) || strings.Contains(err.Error(), "hush") {
			t.Errorf("asked %d times: %v", asked.Load(), err)
		}
	}
	if called.Load() {
		t.Error("the receiver was called")
	}
	// The same name is called once its network is listed; its certificate is
	// the first thing that is wrong then.
	c.o.Networks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	c.o.Retry.MaxAttempts = 1
	c.names = nameServer(netip.MustParseAddr("127.0.0.1"), new(atomic.Int32))
	if err := c.Send(t.Context(), &Job{Callback: "https://" + host + ":" + port}); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("with its network listed: %v", err)
	}
}

// nameServer answers every question for an A record with ip.
func nameServer(ip netip.Addr, asked *atomic.Int32) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe() // a stream: each message follows its length
		go func() {
			defer there.Close()
			var length [2]byte
			if _, err := io.ReadFull(there, length[:]); err != nil {
				return
			}
			query := make([]byte, binary.BigEndian.Uint16(length[:]))
			if _, err := io.ReadFull(there, query); err != nil {
				return
			}
			reply := dnsReply(query, ip)
			asked.Add(1)
			_, _ = there.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
		}()
		return here, nil
	}}
}

// dnsReply answers one question (RFC 1035, section 4).
func dnsReply(query []byte, ip netip.Addr) []byte {
	end := 12 // the header's length
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	question := query[12 : end+5]
	isA := binary.BigEndian.Uint16(query[end+1:]) == 1
	answers := uint16(0)
	var answer []byte
	if isA {
		answers = 1
		b := ip.As4()
		answer = slices.Concat([]byte{0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4}, b[:])
	}
	reply := slices.Concat(query[:2], []byte{0x81, 0x80, 0, 1})
	reply = binary.BigEndian.AppendUint16(reply, answers)
	return slices.Concat(reply, []byte{0, 0, 0, 0}, question, answer)
}
