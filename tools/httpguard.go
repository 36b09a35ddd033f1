package tools

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

// refusedError says that the tool may not go where it was sent.
type refusedError struct{ text string }

func (e *refusedError) Error() string { return e.text }

func refused(format string, args ...any) error {
	return &refusedError{fmt.Sprintf(format, args...)}
}

var hostPattern = regexp.MustCompile(`^(\*\.)?[^*/ :]+$`)

func checkHostPattern(h string) error {
	host, port, withPort := strings.Cut(h, ":")
	if _, err := strconv.ParseUint(port, 10, 16); h == "*" || (!withPort || err == nil) && hostPattern.MatchString(host) {
		return nil
	}
	return fmt.Errorf("host %q: want a name, *.name or *, with a port where it is not 80 or 443", h)
}

// checkURL judges where a request goes: the model's, and each redirect's.
func (g *getter) checkURL(u *url.URL) error {
	if u.Scheme != "https" && u.Scheme != "http" {
		return refused("the URL has to begin with https:// or http://")
	}
	if u.User != nil {
		return refused("the URL may not hold a user name or password")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if host == "" {
		return refused("the URL names no host")
	}
	for _, pattern := range g.o.Hosts {
		if hostMatches(strings.ToLower(pattern), host, u.Port()) {
			return nil
		}
	}
	return refused("the host %s is not one that may be asked; these are: %s", shortName(u.Host), strings.Join(g.o.Hosts, ", "))
}

func hostMatches(pattern, host, port string) bool {
	name, wanted, withPort := strings.Cut(pattern, ":")
	if withPort && port != wanted || !withPort && port != "" && port != "80" && port != "443" {
		return false
	}
	if below, ok := strings.CutPrefix(name, "*."); ok {
		return strings.HasSuffix(host, "."+below)
	}
	return name == "*" || name == host
}

const maxRedirects = 5

func (g *getter) checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return refused("more than %d redirects", maxRedirects)
	}
	if err := g.checkURL(req.URL); err != nil {
		return refused("it redirects to a place that may not be asked: %v", err)
	}
	if via[0].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return refused("it redirects from https to http")
	}
	if req.URL.Host != via[0].URL.Host { // what was sent may be a secret of the first host's
		for name := range g.o.Header {
			delete(req.Header, name)
		}
	}
	return nil
}

// control judges an address at the moment it is connected to. A name that
// resolves to something else the second time is judged the second time too.
func (g *getter) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return errors.New("the host has no usable address")
	}
	ip := at.Addr().Unmap().WithZone("")
	for _, n := range g.o.Networks {
		if n.Contains(ip) {
			return nil
		}
	}
	if !isPublic(ip) {
		return refused("the host's address is not a public one")
	}
	return nil
}

// reserved are the networks of IANA's special-purpose registries (RFC 6890)
// that netip's own questions do not cover. IPv6 transition addresses are among
// them because they lead to IPv4 addresses they hide.
var reserved = func() []netip.Prefix {
	var all []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
		"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
	} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}()

func isPublic(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	if ip.Is6() && ip.As16()[0]>>5 != 1 {
		return false // only 2000::/3 is routed
	}
	for _, n := range reserved {
		if n.Contains(ip) {
			return false
		}
	}
	return true
}
