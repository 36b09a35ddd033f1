package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// held are the connections of this process that are open and do little.
var held struct {
	sync.Mutex
	conns []net.Conn
}

// hold opens n streams over SSE, over bare connections so that this process
// stays small, and keeps them until it is asked again. Slow ones read a
// kilobyte a second into a buffer as small as the system has, the others
// nothing. n=0 lets go.
func hold(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	n, _ := strconv.Atoi(q.Get("n"))
	letGo()
	address, err := url.Parse(q.Get("url"))
	if err == nil && n > 0 {
		err = openHeld(n, address, q.Get("slow") != "")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(n)
}

func letGo() {
	held.Lock()
	defer held.Unlock()
	for _, c := range held.conns {
		_ = c.Close()
	}
	held.conns = nil
}

func openHeld(n int, address *url.URL, slow bool) error {
	const openers = 8
	errs := make(chan error, openers)
	for k := range openers {
		go func() {
			var err error
			for i := k; i < n && err == nil; i += openers {
				err = openOne(address, slow)
			}
			errs <- err
		}()
	}
	var all error
	for range openers {
		all = errors.Join(all, <-errs)
	}
	return all
}

// openOne returns when the stream's first event has come.
func openOne(address *url.URL, slow bool) error {
	c, err := net.Dial("tcp", address.Host)
	if err != nil {
		return err
	}
	held.Lock()
	held.conns = append(held.conns, c)
	held.Unlock()
	if slow {
		_ = c.(*net.TCPConn).SetReadBuffer(1)
	}
	_, err = fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: %d\r\n\r\n%s",
		address.Path, address.Host, len(question), question)
	if err != nil {
		return err
	}
	var said [1024]byte
	read, err := c.Read(said[:])
	if err != nil || string(said[:min(12, read)]) != "HTTP/1.1 200" {
		return fmt.Errorf("%q: %w", said[:read], err)
	}
	if slow {
		go func() {
			for {
				time.Sleep(time.Second)
				if _, err := io.ReadFull(c, said[:]); err != nil {
					return
				}
			}
		}()
	}
	return nil
}
