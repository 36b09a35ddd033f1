package tools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// HTTPOptions tune [HTTPGet].
type HTTPOptions struct {
	// Hosts may be asked, and nobody else: "api.example.com",
	// "*.example.com" for all below it, with ":8443" for a port other than 443
	// and 80, or "*" for every public host. It is required.
	Hosts []string

	// Networks may be reached although they are not public, such as
	// 10.20.0.0/16 for services of your own. Nil allows public addresses only:
	// no loopback, private, link-local (where clouds keep credentials) or
	// reserved ones, whatever name or redirect leads there.
	Networks []netip.Prefix

	Timeout  time.Duration // of the whole exchange; 0 means 20 seconds
	MaxBytes int           // of the body that are read; 0 means 256 KiB
	Header   http.Header   // sent with the first request, not after a redirect to another host

	// Resolver finds the hosts' addresses; nil means net.DefaultResolver.
	Resolver *net.Resolver
}

type httpInput struct {
	URL string `json:"url" maxLength:"2000" jsonschema:"an http or https URL"`
}

// HTTPGet returns a tool named http that fetches a page as text. What a
// model asks for may come from a stranger's text, so the tool trusts nothing:
// every hop's host is checked against Hosts, every address after it was
// resolved and right before it is connected to, and size and time are limited.
func HTTPGet(o *HTTPOptions) (*Tool, error) {
	g := &getter{}
	if o != nil {
		g.o = *o
	}
	if len(g.o.Hosts) == 0 {
		return nil, errors.New(`tool http: no hosts: name those it may ask, or "*" for every public one`)
	}
	if g.o.Timeout == 0 {
		g.o.Timeout = 20 * time.Second
	}
	if g.o.MaxBytes == 0 {
		g.o.MaxBytes = 256 << 10
	}
	for _, h := range g.o.Hosts {
		if err := checkHostPattern(h); err != nil {
			return nil, fmt.Errorf("tool http: %w", err)
		}
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Resolver: g.o.Resolver, Control: g.control}
	g.client = &http.Client{
		Transport: &http.Transport{ // no Proxy: it would connect for us, unchecked
			DialContext:            dialer.DialContext,
			ForceAttemptHTTP2:      true,
			DisableKeepAlives:      true,
			TLSHandshakeTimeout:    10 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: g.checkRedirect,
	}
	return New("http", "Fetch a page or an API's answer as text. Hosts: "+strings.Join(g.o.Hosts, ", ")+".",
		g.get, &Options{Idempotent: true, Timeout: g.o.Timeout, MaxResult: g.o.MaxBytes + 4096})
}

type getter struct {
	o      HTTPOptions
	client *http.Client
}

func (g *getter) get(ctx context.Context, in httpInput) (string, error) {
	u, err := url.Parse(in.URL)
	if err != nil {
		return "", errors.New("that is not a URL")
	}
	if err := g.checkURL(u); err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", err
	}
	maps.Copy(req.Header, g.o.Header)
	resp, err := g.client.Do(req)
	if err != nil {
		return "", g.explain(err)
	}
	defer resp.Body.Close()
	body, err := g.read(resp)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%s %s\n\n%s", resp.Status, resp.Request.URL, body)
	if resp.StatusCode >= 400 {
		return "", errors.New(text)
	}
	return text, nil
}

func (g *getter) read(resp *http.Response) (string, error) {
	if kind := resp.Header.Get("Content-Type"); !isText(kind) {
		return "", fmt.Errorf("%s sent %q, which is not text", resp.Request.URL.Host, shortName(kind))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, int64(g.o.MaxBytes)+1))
	if err != nil {
		return "", fmt.Errorf("the answer broke off after %d bytes: %w", len(body), g.explain(err))
	}
	text := strings.ToValidUTF8(string(body[:min(len(body), g.o.MaxBytes)]), "\uFFFD")
	if len(body) > g.o.MaxBytes {
		text += fmt.Sprintf("\n[cut: only the first %d bytes were read]", g.o.MaxBytes)
	}
	return text, nil
}

// isText says whether a content type is worth showing to a model.
func isText(contentType string) bool {
	if contentType == "" {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch kind {
	case "application/json", "application/xml", "application/yaml", "application/javascript", "application/x-ndjson":
		return true
	}
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml")
}

// explain takes the layers off an error that say nothing to a model.
func (g *getter) explain(err error) error {
	if refused, ok := errors.AsType[*refusedError](err); ok {
		return refused
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no whole answer within %s: %w", g.o.Timeout, context.DeadlineExceeded)
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
