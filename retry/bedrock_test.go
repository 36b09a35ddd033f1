package retry_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/tmc/langchaingo/llms"
)

// The real client and adapter over the emulator's wire: what Bedrock does to a
// call on its way, and whether the caller notices.
func TestOverTheWire(t *testing.T) {
	exception := func(code string, after int) *emulator.Break {
		return &emulator.Break{Kind: emulator.BreakException, After: after, Error: &emulator.Failure{Code: code, Message: "Too many tokens, please wait before trying again."}}
	}
	refusal := func(status int, code string) *emulator.Failure { return &emulator.Failure{Status: status, Code: code} }
	for _, test := range []struct {
		name     string
		fault    emulator.Fault
		attempts int
		class    retry.Class // of the failure, when the caller gets one
	}{
		{"throttled", emulator.Throttle(5), 6, ""},
		{"not ready, which is a 429 too", emulator.Fault{First: 3, Error: refusal(http.StatusTooManyRequests, "ModelNotReadyException")}, 4, ""},
		{"model timeout", emulator.Fault{First: 2, Error: refusal(http.StatusRequestTimeout, "ModelTimeoutException")}, 3, ""},
		{"model error", emulator.Fault{First: 1, Error: refusal(http.StatusFailedDependency, "ModelErrorException")}, 2, ""},
		{"connection reset", emulator.Fault{First: 2, Reset: true}, 3, ""},
		{"clean end before any content", emulator.Fault{First: 2, Stream: &emulator.Break{Kind: emulator.BreakCut, After: 1}}, 3, ""},
		{"clean end in the middle", emulator.Fault{First: 1, Stream: &emulator.Break{Kind: emulator.BreakCut, After: 3}}, 1, retry.Transient},
		{"cut within a frame, before any content", emulator.Fault{First: 2, Stream: &emulator.Break{Kind: emulator.BreakMidFrame, After: 1}}, 3, ""},
		{"throttled inside a 200", emulator.Fault{First: 2, Stream: exception("throttlingException", 0)}, 3, ""},
		{"throttled inside a 200, after content", emulator.Fault{First: 1, Stream: exception("throttlingException", 3)}, 1, retry.ThrottleTokens},
		{"unavailable inside a 200", emulator.Fault{First: 2, Stream: exception("serviceUnavailableException", 1)}, 3, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := emulator.New(&emulator.Options{
					Responder: emulator.Script(emulator.Turn{Text: "one two three"}),
					Latency:   emulator.Latency{First: emulator.Fixed(300 * time.Millisecond)},
					Faults:    []emulator.Fault{test.fault},
				})
				inner, err := bedrock.New(e.Client(), "us.anthropic.claude-sonnet-4-5-20250929-v1:0", &bedrock.Options{MaxTokens: 100})
				if err != nil {
					t.Fatal(err)
				}
				var got string
				ctx := message.WithObserver(t.Context(), message.Observer{Delta: func(d message.Delta) error {
					got += d.Text
					return nil
				}})
				resp, err := retry.Wrap(inner, nil).GenerateContent(ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "hello")})
				if n := len(e.Calls()); n != test.attempts {
					t.Errorf("%d requests, want %d (%v)", n, test.attempts, err)
				}
				if test.class != "" {
					failure, ok := errors.AsType[*retry.Error](err)
					if !ok || failure.Class != test.class || !failure.Partial {
						t.Errorf("%v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if got != "one two three" || resp.Choices[0].Content != got {
					t.Errorf("streamed %q, answered %q", got, resp.Choices[0].Content)
				}
			})
		})
	}
}
