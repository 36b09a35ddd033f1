package jobs

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// maxCallbackURL is in bytes.
const maxCallbackURL = 2048

// pattern is an entry of the list of hosts.
type pattern struct {
	host  string // in lower case; what is below, for a wildcard
	port  string // "" means the scheme's own
	below bool
}

// parseHosts reads the list of those who may be called.
func parseHosts(hosts []string) ([]pattern, error) {
	if len(hosts) == 0 {
		return nil, errors.New("callbacks: name the hosts that may be called, such as hooks.example.com or *.example.com")
	}
	var all []pattern
	for _, h := range hosts {
		p, err := parseHost(h)
		if err != nil {
			return nil, fmt.Errorf("callbacks: host %q: %w", h, err)
		}
		all = append(all, p)
	}
	return all, nil
}

func parseHost(s string) (pattern, error) {
	rest, below := strings.CutPrefix(s, "*.")
	u, err := url.Parse("//" + rest)
	if err != nil || u.Host != rest || u.Hostname() == "" || strings.HasSuffix(rest, ":") {
		return pattern{}, errors.New("write a host without scheme and path, such as hooks.example.com:8443, or [::1]:8080")
	}
	host := strings.ToLower(u.Hostname())
	_, err = netip.ParseAddr(host)
	switch {
	case strings.Contains(host, "*"):
		return pattern{}, errors.New("a wildcard stands for the first labels, as in *.example.com")
	case below && err == nil:
		return pattern{}, errors.New("a wildcard has no meaning before an address")
	case !ascii(host):
		return pattern{}, errors.New("write the name as DNS has it, such as xn--bcher-kva.example")
	}
	return pattern{host: host, port: u.Port(), below: below}, nil
}

func (p pattern) admits(host, port, schemePort string) bool {
	want := p.port
	if want == "" {
		want = schemePort
	}
	if port != want {
		return false
	}
	if p.below {
		return strings.HasSuffix(host, "."+p.host)
	}
	return host == p.host
}

// Check reports why a job's callback would not be called: for when the job is
// submitted, to tell its client at once. The error does not repeat the URL,
// beyond its host.
func (c *Callbacks) Check(rawURL string) error {
	_, err := c.admit(rawURL)
	return err
}

// admit parses a URL that may be called.
func (c *Callbacks) admit(rawURL string) (*url.URL, error) {
	if len(rawURL) > maxCallbackURL {
		return nil, fmt.Errorf("the callback URL is longer than %d bytes", maxCallbackURL)
	}
	u, err := url.Parse(rawURL)
	if err != nil || u.Opaque != "" || u.Hostname() == "" {
		return nil, errors.New("the callback is no URL such as https://hooks.example.com/done")
	}
	host := strings.ToLower(u.Hostname())
	schemePort := "443"
	switch {
	case u.User != nil:
		return nil, errors.New("the callback URL holds a user name or password; leave it out: callbacks are signed")
	case strings.Contains(rawURL, "#"):
		return nil, errors.New("the callback URL has a fragment (#), which is never sent: leave it out")
	case !ascii(host):
		return nil, errors.New("the callback's host is not ASCII: write it as DNS has it, such as xn--bcher-kva.example")
	case u.Scheme == "http" && loopbackName(host):
		schemePort = "80"
	case u.Scheme != "https":
		return nil, errors.New("the callback URL must begin with https://")
	}
	port := u.Port()
	if port == "" {
		port = schemePort
	}
	for _, p := range c.hosts {
		if p.admits(host, port, schemePort) {
			return u, nil
		}
	}
	return nil, fmt.Errorf("the callback's host %.100s, port %s, is not on this server's list of those it calls", host, port)
}

// loopbackName reports whether a host is this machine by its name. Names below
// localhost are (RFC 6761), but resolvers need not know.
func loopbackName(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
