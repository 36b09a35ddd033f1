package jobs

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
)

// transport calls receivers. Each call has a connection of its own, whose
// address is looked at: there are few calls, and nothing idle needs closing.
func (c *Callbacks) transport() *http.Transport {
	return &http.Transport{
		DialContext:            c.dial,
		TLSClientConfig:        &tls.Config{RootCAs: c.o.RootCAs, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxCallbackAnswer,
	}
}

// dial connects to an address that may be called. It is looked at after the
// name was resolved, on the very address that is connected to: a name on the
// list may point anywhere, and somewhere else a moment later.
func (c *Callbacks) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Resolver: c.names, Control: func(_, resolved string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(resolved)
		if err != nil {
			return err
		}
		return c.reach(host, to.Addr())
	}}
	return d.DialContext(ctx, network, address)
}

// addressError refuses an address.
type addressError struct {
	host string
	ip   netip.Addr
}

func (e *addressError) Error() string {
	return fmt.Sprintf("%s is at %s, which is not a public address: list the address itself, or its network, to allow it", e.host, e.ip)
}

// reach reports whether host, which passed the list, may be called at ip.
func (c *Callbacks) reach(host string, ip netip.Addr) error {
	called := embedded(ip.WithZone("").Unmap())
	if public(called) {
		return nil
	}
	if listed, err := netip.ParseAddr(host); err == nil && listed.Unmap() == ip.Unmap() {
		return nil // admit has found it on the list
	}
	if called.IsLoopback() && loopbackName(host) {
		return nil
	}
	for _, n := range c.o.Networks {
		if n.Contains(called) {
			return nil
		}
	}
	return &addressError{host, ip}
}

// nat64 is how machines without IPv4 reach it (RFC 6052), in IPv6-only subnets
// of a VPC for example.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// embedded returns the IPv4 address that NAT64 will call for ip, or ip.
func embedded(ip netip.Addr) netip.Addr {
	if !nat64.Contains(ip) {
		return ip
	}
	b := ip.As16()
	return netip.AddrFrom4([4]byte(b[12:]))
}

// special are the networks beyond those netip names that are not the public
// internet (IANA's IPv4 and IPv6 special-purpose address registries).
var special = prefixes(
	"0.0.0.0/8",       // this network; 0.0.0.0 reaches this machine
	"100.64.0.0/10",   // shared by a provider's customers (CGNAT), and AWS's own services
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation
	"198.18.0.0/15",   // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"240.0.0.0/4",     // reserved, and broadcast
	"::/96",           // IPv4 of old
	"64:ff9b:1::/48",  // a site's own NAT64
	"100::/64",        // discarded
	"2001::/23",       // protocol assignments, Teredo among them
	"2001:db8::/32",   // documentation
	"2002::/16",       // 6to4, which hides an IPv4 address
	"3fff::/20",       // documentation
	"5f00::/16",       // segment routing
	"fec0::/10",       // site-local of old
)

func prefixes(all ...string) []netip.Prefix {
	var parsed []netip.Prefix
	for _, p := range all {
		parsed = append(parsed, netip.MustParsePrefix(p))
	}
	return parsed
}

// public reports whether ip is an address of the internet at large.
func public(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}
