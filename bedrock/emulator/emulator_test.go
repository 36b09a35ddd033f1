package emulator_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/causeway-go/causeway/bedrock/emulator"
)

const sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"

func say(text string) []types.Message {
	return []types.Message{{Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: text}}}}
}

func converse(t *testing.T, c *bedrockruntime.Client, text string) (*bedrockruntime.ConverseOutput, error) {
	t.Helper()
	return c.Converse(t.Context(), &bedrockruntime.ConverseInput{ModelId: new(sonnet), Messages: say(text)})
}

// collect reads a stream to its end.
func collect(ctx context.Context, c *bedrockruntime.Client, text string) (string, types.StopReason, error) {
	out, err := c.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{ModelId: new(sonnet), Messages: say(text)})
	if err != nil {
		return "", "", err
	}
	defer out.GetStream().Close()
	var s strings.Builder
	var stop types.StopReason
	for ev := range out.GetStream().Events() {
		switch ev := ev.(type) {
		case *types.ConverseStreamOutputMemberContentBlockDelta:
			if d, ok := ev.Value.Delta.(*types.ContentBlockDeltaMemberText); ok {
				s.WriteString(d.Value)
			}
		case *types.ConverseStreamOutputMemberMessageStop:
			stop = ev.Value.StopReason
		}
	}
	return s.String(), stop, out.GetStream().Err()
}

func TestConverse(t *testing.T) {
	emu := emulator.New(nil)
	out, err := converse(t, emu.Client(), "hi")
	if err != nil {
		t.Fatal(err)
	}
	text := out.Output.(*types.ConverseOutputMemberMessage).Value.Content[0].(*types.ContentBlockMemberText).Value
	if !strings.Contains(text, "scripted") {
		t.Errorf("the default reply does not say that it is scripted: %q", text)
	}
	if out.StopReason != types.StopReasonEndTurn || *out.Usage.OutputTokens == 0 {
		t.Errorf("stop reason %s, usage %v", out.StopReason, out.Usage)
	}
	calls := emu.Calls()
	if len(calls) != 1 || calls[0].Request.Text() != "hi" || calls[0].ModelID != sonnet || calls[0].Status != 200 {
		t.Errorf("calls: %+v", calls)
	}
}

func TestStreamUnderVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		emu := emulator.New(&emulator.Options{Responder: emulator.Script(emulator.Turn{
			Text: "one two three", First: 2 * time.Second, Chunk: time.Second,
		})})
		start := time.Now()
		text, stop, err := collect(t.Context(), emu.Client(), "count")
		if text != "one two three" || stop != types.StopReasonEndTurn || err != nil {
			t.Errorf("got %q, %s, %v", text, stop, err)
		}
		if d := time.Since(start); d != 4*time.Second {
			t.Errorf("took %v, want 4s", d)
		}
	})
}

func TestThrottle(t *testing.T) {
	emu := emulator.New(&emulator.Options{Faults: []emulator.Fault{emulator.Throttle(2)}})
	for i := range 3 {
		_, err := converse(t, emu.Client(), "hi")
		_, throttled := errors.AsType[*types.ThrottlingException](err)
		if throttled != (i < 2) {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
}

func TestLoopback(t *testing.T) {
	emu := emulator.New(nil)
	s, err := emu.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	text, _, err := collect(t.Context(), s.Client(), "hi")
	if err != nil || !strings.Contains(text, "scripted") {
		t.Errorf("got %q, %v", text, err)
	}
}

// TestResponderMistakes: what a responder does wrong is an answer, not the end
// of the program.
func TestResponderMistakes(t *testing.T) {
	for name, respond := range map[string]emulator.RespondFunc{
		"panicked":         func(context.Context, *emulator.Request) (*emulator.Reply, error) { panic("boom") },
		"neither":          func(context.Context, *emulator.Request) (*emulator.Reply, error) { return nil, nil },
		"unexpected error": func(context.Context, *emulator.Request) (*emulator.Reply, error) { return nil, errors.New("no") },
		"UnknownModelException": func(context.Context, *emulator.Request) (*emulator.Reply, error) {
			return nil, &emulator.Failure{Code: "UnknownModelException"}
		},
	} {
		_, err := converse(t, emulator.New(&emulator.Options{Responder: respond}).Client(), "hi")
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "500") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
