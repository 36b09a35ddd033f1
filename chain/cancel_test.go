package chain

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// slow is a model that takes a minute, or until it is told to stop.
type slow struct{}

func (m slow) GenerateContent(ctx context.Context, _ []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	var o llms.CallOptions
	for _, f := range opts {
		f(&o)
	}
	for range 60 {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if o.StreamingFunc != nil {
			if err := o.StreamingFunc(ctx, []byte("tick ")); err != nil {
				return nil, err
			}
		}
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: "done"}}}, nil
}

func (m slow) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, opts...)
}

func slowChain(t *testing.T) *Chain {
	t.Helper()
	nap := func(name string) Step {
		return Func(name, func(ctx context.Context, _ Values) (string, error) {
			select {
			case <-time.After(time.Minute):
				return "slept", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}, nil)
	}
	m := &scripted{turns: []*llms.ContentChoice{calls("nap", `{"word":"x"}`), {Content: "done"}}}
	napTool := tool(t, "nap", func(ctx context.Context, _ word) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	})
	c, err := New("slow", []Step{
		Prompt("ask", slow{}, asks(t, "topic"), nil),
		nap("func"),
		Agent("agent", m, asks(t, "topic"), set(t, napTool), nil),
		Parallel("both", []Step{nap("left"), Prompt("right", slow{}, asks(t, "topic"), nil)}, nil),
		ForEach("each", `[1, 2, 3]`, []Step{nap("item_nap")}, &ForEachOptions{Max: 2}),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Every half second of a run is a moment to cancel it at. The bubble fails the
// test when a goroutine is left behind.
func TestCancelAtEveryStage(t *testing.T) {
	stages := map[string]bool{}
	for at := 500 * time.Millisecond; at < 6*time.Minute; at += 7500 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			time.AfterFunc(at, cancel)
			_, err := slowChain(t).Run(ctx, Values{"topic": "x"}, nil)
			if err == nil {
				return // it was over before
			}
			e, ok := errors.AsType[*StepError](err)
			if !ok || !errors.Is(err, context.Canceled) {
				t.Errorf("at %v: %v", at, err)
				return
			}
			stages[e.Step] = true
			synctest.Wait()
		})
	}
	if len(stages) < 5 {
		t.Errorf("only these stages were cut off: %v", stages)
	}
}

func TestLeavingAStreamStopsEverything(t *testing.T) {
	for n := 1; n < 40; n += 3 {
		synctest.Test(t, func(t *testing.T) {
			seen := 0
			for _, err := range slowChain(t).Stream(t.Context(), Values{"topic": "x"}, nil) {
				if err != nil {
					t.Fatal(err)
				}
				if seen++; seen == n {
					break
				}
			}
			synctest.Wait()
		})
	}
}

func TestTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ask := Prompt("ask", slow{}, asks(t, "topic"), nil)
		c, err := New("c", []Step{With(ask, &StepOptions{Timeout: 3 * time.Second})}, nil)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = c.Run(t.Context(), Values{"topic": "x"}, nil)
		if e, ok := errors.AsType[*TimeoutError](err); !ok || e.After != 3*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d != 3*time.Second {
			t.Errorf("after %v", d)
		}
		whole, err := New("c", []Step{ask}, &Options{Timeout: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := whole.Run(t.Context(), Values{"topic": "x"}, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the chain's timeout: %v", err)
		}
	})
}

func TestParallelStopsAtTheFirstFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fails := Func("fails", func(context.Context, Values) (string, error) { return "", errors.New("broken") }, nil)
		start := time.Now()
		c, err := New("c", []Step{Parallel("both", []Step{Prompt("ask", slow{}, asks(t, "topic"), nil), fails}, nil)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Run(t.Context(), Values{"topic": "x"}, nil)
		if e, ok := errors.AsType[*StepError](err); !ok || e.Step != "both/fails" || time.Since(start) != 0 {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		collect, err := New("c", []Step{Parallel("both", []Step{Prompt("ask", slow{}, asks(t, "topic"), nil), fails}, &ParallelOptions{Errors: "failures"})}, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := collect.Run(t.Context(), Values{"topic": "x"}, nil)
		if err != nil || res.Values["ask"] != "done" || res.Values["fails"] != nil || len(res.Values["failures"].([]any)) != 1 {
			t.Errorf("collected: %v, %v", res, err)
		}
	})
}
