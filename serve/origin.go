package serve

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/causeway-go/causeway/serve/problem"
)

// crossOrigin lets the pages of Options.Origins call, and refuses what any
// other page makes a browser send. The standard library decides about requests
// that change something; a read by another page's script, or its WebSocket, is
// refused by its Origin.
func (s *Server) crossOrigin(next http.Handler) http.Handler {
	foreign := http.NewCrossOriginProtection()
	for _, o := range s.o.Origins {
		_ = foreign.AddTrustedOrigin(o) // what is no origin is nobody's: Serve says so
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		known := slices.Contains(s.o.Origins, origin)
		if foreign.Check(r) != nil || !known && !ownPage(r, origin) {
			problem.New(http.StatusForbidden, "bad-origin", "Pages of this origin may not call this server.").Write(w)
			return
		}
		if known && allow(w.Header(), r, origin) {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// allow lets a page read the answer, and reports whether the request is only
// the browser's question whether it may.
func allow(h http.Header, r *http.Request, origin string) (preflight bool) {
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "Location, Retry-After, Idempotent-Replayed, X-Request-Id")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	allowed := []string{"Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "Prefer"}
	for name := range strings.SplitSeq(r.Header.Get("Access-Control-Request-Headers"), ",") {
		if name = strings.TrimSpace(name); strings.HasPrefix(strings.ToLower(name), "x-stainless-") {
			allowed = append(allowed, name) // OpenAI's client tells of itself
		}
	}
	h.Set("Access-Control-Allow-Headers", strings.Join(allowed, ", "))
	h.Set("Access-Control-Max-Age", "600")
	return true
}

// ownPage reports whether a request is of no page or of one of this server's.
func ownPage(r *http.Request, origin string) bool {
	if origin == "" || r.Header.Get("Sec-Fetch-Site") == "same-origin" {
		return true
	}
	_, host, ok := strings.Cut(origin, "://")
	return ok && host == r.Host
}

// local refuses requests that call this machine by a foreign name. Without
// Auth loopback alone keeps strangers out, and a page whose name resolves to
// 127.0.0.1 (DNS rebinding) is no stranger to the browser: its origin is ours
// then, but the Host it sends is not.
func (s *Server) local(next http.Handler) http.Handler {
	names := hosts(s.o.Origins)
	refused := s.envelope(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem.New(http.StatusForbidden, "bad-host", "Without authentication this server answers to localhost and 127.0.0.1 only.").Write(w)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ofThisMachine(r.Host) && !slices.Contains(names, r.Host) {
			refused.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func ofThisMachine(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// checkOrigins finds what could never be a page's origin.
func checkOrigins(origins []string) error {
	for _, o := range origins {
		if err := http.NewCrossOriginProtection().AddTrustedOrigin(o); err != nil {
			return fmt.Errorf("serve: Options.Origins wants origins such as https://app.example.com: %w", err)
		}
	}
	return nil
}

// hosts are the hosts of origins, with their ports.
func hosts(origins []string) []string {
	var all []string
	for _, o := range origins {
		if u, err := url.Parse(o); err == nil {
			all = append(all, u.Host)
		}
	}
	return all
}
