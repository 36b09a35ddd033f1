package jobs

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/causeway-go/causeway/retry"
)

// CallbackOptions are the settings of [NewCallbacks]. The zero value of each
// field is the default that it documents.
type CallbackOptions struct {
	Timeout time.Duration // of one attempt; 0 means 15 seconds

	// Retry says how often and how long a receiver is tried. Zero fields mean 5
	// attempts within 2 minutes, with waits of up to 4, 8, 16 and 30 seconds.
	Retry retry.Policy

	// Networks are those that may be called though they are not public, such as
	// 10.1.0.0/16 for the services of one's own VPC.
	Networks []netip.Prefix

	// RootCAs are the authorities that receivers' certificates may come from.
	// Nil means the system's.
	RootCAs *x509.CertPool
}

// Callbacks tells URLs that a job is over: one POST of the job's [Status],
// signed as the Standard Webhooks specification says (standardwebhooks.com), so
// that receivers can use its library in their language, or [VerifyCallback].
//
// Whoever submits a job names the URL, so it is not trusted: only listed hosts
// are called, over TLS, at public addresses, without following redirects and
// without a proxy, which would hide the address that is called. Callbacks is
// safe for concurrent use.
type Callbacks struct {
	keys   keys
	hosts  []pattern
	o      CallbackOptions
	client *http.Client
	names  *net.Resolver // nil is the system's; tests have their own
}

// NewCallbacks signs with each of secrets (whsec_ and 24 to 64 bytes in
// base64), so that receivers can be moved from one to the next, and calls only
// hosts: hooks.example.com, hooks.example.com:8443, or *.example.com for every
// name below. An entry without a port means port 443, or 80 on a loopback host,
// which may be called without TLS. Nil options are the defaults.
func NewCallbacks(secrets, hosts []string, o *CallbackOptions) (*Callbacks, error) {
	c := &Callbacks{}
	if o != nil {
		c.o = *o
	}
	c.o.Timeout = cmp.Or(c.o.Timeout, 15*time.Second)
	r := &c.o.Retry
	r.MaxAttempts = cmp.Or(r.MaxAttempts, 5)
	r.MaxElapsed = cmp.Or(r.MaxElapsed, 2*time.Minute)
	r.Base, r.Cap = cmp.Or(r.Base, 4*time.Second), cmp.Or(r.Cap, 30*time.Second)
	if r.Retry == nil {
		r.Retry = passing
	}
	var err error
	if c.keys, err = parseSecrets(secrets); err != nil {
		return nil, err
	}
	if c.hosts, err = parseHosts(hosts); err != nil {
		return nil, err
	}
	c.client = &http.Client{
		Transport:     c.transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// CallbackError is how [Callbacks.Send] failed. It names the host alone: the
// rest of a callback's URL may be a secret.
type CallbackError struct {
	Host     string
	Attempts int // requests sent; 0 when the URL is refused
	Status   int // what the receiver answered last; 0 when it did not

	// Owed says that ctx ended before it was decided: call again. Otherwise
	// another call is not worth it.
	Owed bool
	Err  error // of the last attempt
}

func (e *CallbackError) Error() string {
	after := ""
	if e.Attempts > 1 {
		after = fmt.Sprintf(" (attempt %d)", e.Attempts)
	}
	return fmt.Sprintf("callback to %s: %v%s", cmp.Or(e.Host, "a refused URL"), e.Err, after)
}

func (e *CallbackError) Unwrap() error { return e.Err }

// Send tells j.Callback of j, which is over, and returns nil once the receiver
// has answered 2xx. No answer, 408, 429 and 5xx are retried, after Retry-After
// where the receiver asks for it; 410 and every other answer are final. An
// error is a *[CallbackError]. Give ctx longer than the retries may take: one
// that ends in between leaves the call owed.
//
// A receiver is told at least once: when the answer is lost, or this process
// dies before it has noted it, the call is made again with the same webhook-id:
// the job's id, with a colon for each dot. A status of more than 1 MiB is sent without its
// result; GET /v1/jobs/{id} has it.
func (c *Callbacks) Send(ctx context.Context, j *Job) error {
	to, err := c.admit(j.Callback)
	if err != nil {
		return &CallbackError{Err: err}
	}
	failed := &CallbackError{Host: to.Host}
	body, err := callbackBody(j.Status)
	if err != nil {
		failed.Err = err
		return failed
	}
	_, err = retry.Do(ctx, c.o.Retry, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.post(ctx, to, j.ID, body)
	})
	if err == nil {
		return nil
	}
	failed.Err = err
	if e, ok := errors.AsType[*retry.Error](err); ok {
		failed.Attempts, failed.Err = e.Attempts, e.Err
	}
	if e, ok := errors.AsType[*answer](err); ok {
		failed.Status = e.status
	}
	// No attempt's own error is the context's: see post.
	failed.Owed = errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	return failed
}
