package retry_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
)

// Nothing but empty deltas came before the failure: the caller sees one clean
// stream, with nothing of the failed attempt.
func TestStreamIsRetriedBeforeContent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := message.Delta{Kind: message.DeltaToolInput, ToolCallID: "tooluse_lost", ToolName: "look"}
		m := &scripted{turns: []turn{
			{deltas: []message.Delta{text(""), start}, err: errThrottled},
			{deltas: []message.Delta{text(""), text("a"), text("b")}},
		}}
		var got []message.Delta
		ctx := message.WithObserver(t.Context(), message.Observer{Delta: func(d message.Delta) error {
			got = append(got, d)
			return nil
		}})
		if _, err := retry.Wrap(m, nil).GenerateContent(ctx, hello); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]message.Delta{text(""), text("a"), text("b")}, got); d != "" {
			t.Error(d)
		}
	})
}

func TestStreamIsNeverRetriedAfterContent(t *testing.T) {
	reasoning := message.Delta{Kind: message.DeltaReasoning, Text: "hm"}
	for name, first := range map[string]message.Delta{"text": text("a"), "reasoning": reasoning} {
		for by, listen := range map[string]func(context.Context, *int) (context.Context, []llms.CallOption){
			"observer": func(ctx context.Context, n *int) (context.Context, []llms.CallOption) {
				return message.WithObserver(ctx, message.Observer{Delta: func(message.Delta) error { *n++; return nil }}), nil
			},
			"callbacks": func(ctx context.Context, n *int) (context.Context, []llms.CallOption) {
				return ctx, []llms.CallOption{
					llms.WithStreamingFunc(func(context.Context, []byte) error { *n++; return nil }),
					llms.WithStreamingReasoningFunc(func(context.Context, []byte, []byte) error { *n++; return nil }),
				}
			},
		} {
			t.Run(name+" by "+by, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := &scripted{turns: []turn{{deltas: []message.Delta{first}, err: errThrottled}}}
					var heard int
					ctx, opts := listen(t.Context(), &heard)
					_, err := retry.Wrap(m, nil).GenerateContent(ctx, hello, opts...)
					e, ok := errors.AsType[*retry.Error](err)
					if !ok || !e.Partial || e.Class != retry.ThrottleRequests || m.calls != 1 || heard != 1 {
						t.Errorf("%d calls, heard %d deltas, %v", m.calls, heard, err)
					}
				})
			})
		}
	}
}

// An answer of nothing but empty deltas still reaches the caller.
func TestHeldDeltasAreToldAtTheEnd(t *testing.T) {
	start := message.Delta{Kind: message.DeltaToolInput, ToolCallID: "tooluse_1", ToolName: "now"}
	m := &scripted{turns: []turn{{deltas: []message.Delta{start}}}}
	var got []message.Delta
	ctx := message.WithObserver(t.Context(), message.Observer{Delta: func(d message.Delta) error {
		got = append(got, d)
		return nil
	}})
	if _, err := retry.Wrap(m, nil).GenerateContent(ctx, hello); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]message.Delta{start}, got); d != "" {
		t.Error(d)
	}
}

// The caller's own callback ended the stream: that is no failure of the model,
// whatever the model makes of it.
func TestCallbackErrorIsCanceled(t *testing.T) {
	m := &scripted{turns: []turn{{deltas: []message.Delta{text("a")}}}}
	_, err := retry.Wrap(m, nil).GenerateContent(t.Context(), hello,
		llms.WithStreamingFunc(func(context.Context, []byte) error { return errCallback }))
	if !errors.Is(err, errCallback) || retry.Classify(err) != retry.Canceled || m.calls != 1 {
		t.Errorf("%d calls, %v", m.calls, err)
	}
}

// Without a listener the model must not be made to stream.
func TestNoListenerNoStream(t *testing.T) {
	m := &scripted{}
	if _, err := retry.Wrap(m, nil).GenerateContent(t.Context(), hello); err != nil {
		t.Fatal(err)
	}
	if o := m.opts[0]; o.StreamingFunc != nil || o.StreamingReasoningFunc != nil {
		t.Error("asked to stream")
	}
}
