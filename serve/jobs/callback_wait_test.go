package jobs

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/retry"
)

// tripper answers in this process, so that time can be virtual.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answered(status int, header ...string) (*http.Response, error) {
	h := http.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader("busy"))}, nil
}

const testSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func virtual(t *testing.T, f tripper) *Callbacks {
	t.Helper()
	c, err := NewCallbacks([]string{testSecret}, []string{"hooks.example.com"}, &CallbackOptions{Retry: retry.Policy{Rand: func() float64 { return 0.999 }}})
	if err != nil {
		t.Fatal(err)
	}
	c.client.Transport = f
	return c
}

func finished() *Job {
	return &Job{Status: Status{ID: "j", State: Failed}, Callback: "https://hooks.example.com/hush"}
}

// Attempts come further and further apart, each signed anew under one id.
func TestCallbackWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var when []time.Duration
		c := virtual(t, func(r *http.Request) (*http.Response, error) {
			when = append(when, time.Since(begin).Round(time.Second))
			body, _ := io.ReadAll(r.Body)
			if err := VerifyCallback(testSecret, r.Header, body); err != nil || r.Header.Get("webhook-id") != "j" {
				t.Errorf("attempt %d: %v %v", len(when), err, r.Header)
			}
			if len(when) == 2 {
				return nil, errors.New("reset")
			}
			return answered(500)
		})
		err := c.Send(t.Context(), finished())
		if e, ok := errors.AsType[*CallbackError](err); !ok || e.Owed || e.Attempts != 5 || e.Status != 500 {
			t.Errorf("%v", err)
		}
		for i, want := range []time.Duration{0, 4, 12, 28, 58} { // the waits at their longest
			if len(when) != 5 || when[i] != want*time.Second {
				t.Errorf("attempts after %v", when)
				break
			}
		}
	})
}

func TestCallbackRetryAfter(t *testing.T) {
	for _, tt := range []struct {
		after    string
		waited   time.Duration
		attempts int
	}{
		{"40", 40 * time.Second, 2},
		{"date", 50 * time.Second, 2},
		{"0", 4 * time.Second, 2},
		{"soon", 4 * time.Second, 2},
		{"3600", 0, 1}, // too late to be worth it
	} {
		synctest.Test(t, func(t *testing.T) {
			begin, n := time.Now(), 0
			c := virtual(t, func(*http.Request) (*http.Response, error) {
				if n++; n > 1 {
					return answered(200)
				}
				after := tt.after
				if after == "date" {
					after = time.Now().Add(50 * time.Second).UTC().Format(http.TimeFormat)
				}
				return answered(429, "Retry-After", after)
			})
			err := c.Send(t.Context(), finished())
			if (err == nil) != (tt.attempts == 2) || n != tt.attempts {
				t.Errorf("Retry-After %s: %v after %d attempts", tt.after, err, n)
			}
			if got := time.Since(begin).Round(time.Second); got != tt.waited {
				t.Errorf("Retry-After %s: waited %s, want %s", tt.after, got, tt.waited)
			}
		})
	}
}

// A receiver that does not answer is given up on within the bound.
func TestCallbackSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		c := virtual(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		err := c.Send(t.Context(), finished())
		e, ok := errors.AsType[*CallbackError](err)
		if !ok || e.Owed || e.Status != 0 || !strings.Contains(err.Error(), "no answer within 15s") || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if took := time.Since(begin); took > 2*time.Minute+15*time.Second {
			t.Errorf("given up after %s", took)
		}
	})
}

// A context that ends, or whose end comes too early, leaves the call owed.
func TestCallbackOwed(t *testing.T) {
	for name, cut := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 3*time.Second)
		},
		"cancelled": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(3*time.Second, cancel)
			return ctx, cancel
		},
		"before": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := cut(t.Context())
			defer cancel()
			c := virtual(t, func(r *http.Request) (*http.Response, error) {
				if r.Context().Err() != nil {
					return nil, r.Context().Err()
				}
				return answered(503)
			})
			err := c.Send(ctx, finished())
			if e, ok := errors.AsType[*CallbackError](err); !ok || !e.Owed {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}
