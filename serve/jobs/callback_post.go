package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
)

// Limits of a callback, in bytes.
const (
	maxCallback       = 1 << 20 // of what is sent
	maxCallbackAnswer = 64 << 10
)

// callbackBody is what a receiver reads.
func callbackBody(s Status) ([]byte, error) {
	body, err := json.Marshal(s)
	if err == nil && len(body) > maxCallback {
		s.Result = nil
		body, err = json.Marshal(s)
	}
	if err != nil {
		return nil, errors.New("the job's status cannot be written as JSON") // err may quote a value
	}
	return body, nil
}

// post makes one attempt. Its error is the context's only when ctx has ended,
// and never holds the URL.
func (c *Callbacks) post(ctx context.Context, to *url.URL, id string, body []byte) error {
	attempt, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(attempt, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return errors.New("the URL cannot be called")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Causeway-Callback/1")
	c.keys.sign(req.Header, id, time.Now(), body)
	resp, err := c.client.Do(req)
	if err != nil {
		return c.broken(ctx, attempt, err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxCallbackAnswer) // what it says is not asked for
	if resp.StatusCode/100 == 2 {
		return nil
	}
	return &answer{status: resp.StatusCode, after: retryAfter(resp.Header)}
}

// broken is an attempt without an answer.
func (c *Callbacks) broken(ctx, attempt context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if attempt.Err() != nil {
		return fmt.Errorf("no answer within %s: %w", c.o.Timeout, os.ErrDeadlineExceeded)
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err // the whole would repeat the URL
	}
	return err
}

// answer is a receiver's answer that is not 2xx.
type answer struct {
	status int
	after  time.Duration
}

func (e *answer) Error() string {
	switch {
	case e.status/100 == 3:
		return fmt.Sprintf("the receiver answered %d, and redirects are not followed: name the URL that it points to", e.status)
	case e.status == http.StatusGone:
		return "the receiver answered 410: it does not want to be called"
	}
	return fmt.Sprintf("the receiver answered %d %s", e.status, http.StatusText(e.status))
}

func (e *answer) HTTPStatusCode() int       { return e.status }
func (e *answer) RetryAfter() time.Duration { return e.after } // retry.Do looks for it

// passing reports whether another attempt may succeed.
func passing(err error) bool {
	if e, ok := errors.AsType[*answer](err); ok {
		return e.status == http.StatusRequestTimeout || e.status == http.StatusTooManyRequests || e.status >= 500
	}
	_, refused := errors.AsType[*addressError](err)
	return !refused
}

// retryAfter reads a Retry-After in either form; 0 is none.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if s, err := strconv.ParseUint(value, 10, 32); err == nil {
		return time.Duration(s) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
