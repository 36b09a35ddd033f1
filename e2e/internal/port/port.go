// Package port finds ports for servers and waits for them.
package port

import (
	"fmt"
	"net"
	"time"
)

// Free returns an address of this machine that nobody listens at.
func Free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Await waits until somebody listens at address, for half a minute at most.
func Await(address string) error {
	for range 1500 {
		if c, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			return c.Close()
		}
		time.Sleep(20 * time.Millisecond) // a socket: there is no virtual time here
	}
	return fmt.Errorf("nobody listens at %s", address)
}
