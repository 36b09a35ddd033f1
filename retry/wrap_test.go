package retry_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
)

func TestThrottlesAreRiddenOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &scripted{turns: fails(6, errThrottled)}
		ctx, heard := watch(t.Context())
		start := time.Now()
		resp, err := retry.Wrap(m, nil).GenerateContent(ctx, hello)
		if err != nil {
			t.Fatal(err)
		}
		info := message.InfoOf(resp.Choices[0])
		if info.Attempts != 7 || m.calls != 7 {
			t.Errorf("attempts: told %d, made %d, want 7", info.Attempts, m.calls)
		}
		if took := time.Since(start); info.Waited != took || took == 0 {
			t.Errorf("waited: told %v, took %v", info.Waited, took)
		}
		if info.Usage.Output != 5 || info.Model != "scripted" {
			t.Errorf("what the model attached is lost: %+v", info)
		}
		counts := map[message.NoticeKind]int{}
		for _, n := range *heard {
			counts[n.Kind]++
		}
		want := map[message.NoticeKind]int{message.NoticeAttempt: 7, message.NoticeThrottle: 6, message.NoticeWait: 6}
		if d := cmp.Diff(want, counts); d != "" {
			t.Error(d)
		}
	})
}

// The deadline must neither be slept past nor hide the throttle.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		start := time.Now()
		_, err := retry.Wrap(&scripted{turns: fails(1000, errThrottled)}, nil).GenerateContent(ctx, hello)
		if took := time.Since(start); took >= 20*time.Second {
			t.Errorf("took %v: slept to the deadline", took)
		}
		e, ok := errors.AsType[*retry.Error](err)
		if !ok {
			t.Fatalf("%T: %v", err, err)
		}
		if e.Class != retry.ThrottleRequests || e.Attempts < 2 || e.Waited == 0 {
			t.Errorf("%+v", e)
		}
		if _, ok := errors.AsType[*apiError](err); !ok {
			t.Error("the throttle is hidden")
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error("the deadline is hidden")
		}
	})
}

func TestMaxElapsed(t *testing.T) {
	for _, test := range []struct {
		name     string
		o        *retry.Options
		min, max time.Duration
	}{
		{"default", nil, 60 * time.Second, 2 * time.Minute},
		{"set", &retry.Options{MaxElapsed: 10 * time.Second}, time.Second, 10 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				_, err := retry.Wrap(&scripted{turns: fails(10000, errUnavailable)}, test.o).GenerateContent(t.Context(), hello)
				if took := time.Since(start); took < test.min || took > test.max {
					t.Errorf("gave up after %v, want %v to %v", took, test.min, test.max)
				}
				if got := retry.Classify(err); got != retry.Transient {
					t.Errorf("class %s", got)
				}
			})
		})
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		throttled := &apiError{code: "ThrottlingException", status: 429, after: time.Minute}
		go func() {
			time.Sleep(5 * time.Second)
			cancel()
		}()
		start := time.Now()
		_, err := retry.Wrap(&scripted{turns: fails(10, throttled)}, nil).GenerateContent(ctx, hello)
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("returned after %v", took)
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the context's error is hidden: %v", err)
		}
		if _, ok := errors.AsType[*apiError](err); !ok {
			t.Errorf("the throttle is hidden: %v", err)
		}
	})
}

func TestNotRetried(t *testing.T) {
	for _, test := range []struct {
		name     string
		err      error
		attempts int
		class    retry.Class
	}{
		{"invalid", errInvalid, 1, retry.Fatal},
		{"daily", errDaily, 1, retry.DailyQuota},
		{"model error, once more", errModel, 2, retry.ModelError},
		{"anything else", errors.New("boom"), 1, retry.Fatal},
		{"clock skew, once more", &apiError{code: "InvalidSignatureException", message: "Signature expired: 20261122T100000Z is now earlier than …", status: 403}, 2, retry.Transient},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &scripted{turns: fails(100, test.err)}
				_, err := retry.Wrap(m, nil).GenerateContent(t.Context(), hello)
				e, ok := errors.AsType[*retry.Error](err)
				if !ok || !errors.Is(err, test.err) {
					t.Fatalf("%T: %v", err, err)
				}
				if m.calls != test.attempts || e.Attempts != test.attempts || e.Class != test.class {
					t.Errorf("%d calls, told %d, class %s", m.calls, e.Attempts, e.Class)
				}
			})
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &scripted{turns: fails(1, &apiError{code: "ThrottlingException", status: 429, after: 17 * time.Second})}
		start := time.Now()
		if _, err := retry.Wrap(m, nil).GenerateContent(t.Context(), hello); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < 17*time.Second {
			t.Errorf("asked again after %v, the service said 17s", took)
		}
	})
}

func TestSupportsReasoning(t *testing.T) {
	if retry.Wrap(&scripted{}, nil).SupportsReasoning() {
		t.Error("a model that does not say supports reasoning")
	}
	if !retry.Wrap(thinker{}, nil).SupportsReasoning() {
		t.Error("lost")
	}
	if retry.Wrap(thinker{}, nil).Unwrap() != (thinker{}) {
		t.Error("Unwrap")
	}
}

type thinker struct{ llms.Model }

func (thinker) SupportsReasoning() bool { return true }

// counter is a model with an id that can count tokens, after one fault.
type counter struct {
	plain
	calls int
}

func (c *counter) ID() string { return "claude" }

func (c *counter) CountTokens(context.Context, []llms.MessageContent) (int, error) {
	c.calls++
	if c.calls == 1 {
		return 0, errUnavailable
	}
	return 42, nil
}

func TestPassThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := retry.Wrap(&counter{}, nil)
		if n, err := m.CountTokens(t.Context(), hello); n != 42 || err != nil {
			t.Errorf("counted %d, %v", n, err)
		}
		ctx, heard := watch(t.Context())
		if _, err := m.GenerateContent(ctx, hello); err != nil || (*heard)[0].Model != "claude" {
			t.Errorf("%v, %+v", err, *heard)
		}
		if _, err := retry.Wrap(plain{}, nil).CountTokens(t.Context(), hello); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%v", err)
		}
	})
}
