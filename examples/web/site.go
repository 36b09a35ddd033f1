package main

import (
	"html/template"
	"net"
	"net/http"
	"strings"
)

// policy lets the page load what this server has, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var index = template.Must(template.ParseFS(files, "index.html"))

// site serves the page at /, its files below /page/, and everything else by
// api: serve.New's server is an http.Handler like any other.
func site(api http.Handler, where string, addr net.Addr) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", api)
	mux.HandleFunc("GET /page/{file}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "page/"+r.PathValue("file"))
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = index.Execute(w, where) // the browser is gone: nobody is left to tell
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A stranger's page could have its own name point to this machine: it is
		// told by the name that it calls.
		if host, _, _ := net.SplitHostPort(r.Host); r.Host != addr.String() && host != "localhost" {
			http.Error(w, "this page is for "+addr.String(), http.StatusForbidden)
			return
		}
		if !strings.HasPrefix(r.URL.Path, "/v1/") {
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Header().Set("Referrer-Policy", "no-referrer")
			w.Header().Set("Cache-Control", "no-cache")
		}
		mux.ServeHTTP(w, r)
	})
}
