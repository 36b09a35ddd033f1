package bedrock_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/aws/smithy-go/eventstream"
	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
)

// expected is what a recording says the model answered, read without the SDK.
type expected struct {
	Text, Reasoning, Signature, StopReason string
	Tools                                  []expectedTool
	Citations                              int
	Usage                                  message.Usage
}

type expectedTool struct {
	ID, Name  string
	Arguments any
}

// wireUsage holds both spellings of the cache counts that appear.
type wireUsage struct {
	InputTokens, OutputTokens                   int
	CacheReadInputTokens, CacheWriteInputTokens int
}

func (u wireUsage) usage() message.Usage {
	return message.Usage{
		Input: u.InputTokens, Output: u.OutputTokens,
		CacheRead: u.CacheReadInputTokens, CacheWrite: u.CacheWriteInputTokens,
	}
}

func TestRecordedResponses(t *testing.T) {
	tried := map[string]int{}
	for _, rec := range recordings(t, "Converse", "ConverseStream") {
		t.Run(rec.name, func(t *testing.T) {
			tried[rec.Operation]++
			w := &wire{answer: func(*http.Request) *http.Response {
				return response(rec.Status, rec.ResponseHeaders, rec.body(t))
			}}
			ctx := t.Context()
			var heard expected
			if rec.Operation == "ConverseStream" {
				ctx = message.WithObserver(ctx, message.Observer{Delta: heard.hear})
			}
			m := newModel(t, w, rec.model(), nil)
			resp, err := m.GenerateContent(ctx, human("replay"))
			if rec.Status != http.StatusOK {
				tried["refused"]++
				checkRefusal(t, rec, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := rec.expected(t)
			if diff := cmp.Diff(want, got(t, resp.Choices[0])); diff != "" {
				t.Errorf("(-recorded +got):\n%s", diff)
			}
			if rec.Operation == "ConverseStream" {
				checkHeard(t, want, heard)
			}
			if id := message.InfoOf(resp.Choices[0]).RequestID; id != rec.requestID() {
				t.Errorf("request id %q, recorded %q", id, rec.requestID())
			}
		})
	}
	t.Logf("replayed: %d Converse, %d ConverseStream, of these %d refusals", tried["Converse"], tried["ConverseStream"], tried["refused"])
}

// hear gathers what a stream told as it came.
func (e *expected) hear(d message.Delta) error {
	switch d.Kind {
	case message.DeltaText:
		e.Text += d.Text
	case message.DeltaReasoning:
		e.Reasoning += d.Text
	case message.DeltaCitation:
		e.Citations++
	case message.DeltaToolInput:
		if n := len(e.Tools); n == 0 || e.Tools[n-1].ID != d.ToolCallID {
			e.Tools = append(e.Tools, expectedTool{ID: d.ToolCallID, Name: d.ToolName})
		}
	}
	return nil
}

func checkHeard(t *testing.T, want, heard expected) {
	t.Helper()
	if heard.Text != want.Text || heard.Reasoning != want.Reasoning || heard.Citations != want.Citations {
		t.Errorf("deltas told %q, %q and %d citations", heard.Text, heard.Reasoning, heard.Citations)
	}
	if len(heard.Tools) != len(want.Tools) {
		t.Errorf("deltas told %d tool calls, recorded %d", len(heard.Tools), len(want.Tools))
	}
}

func checkRefusal(t *testing.T, rec recording, err error) {
	t.Helper()
	e, ok := errors.AsType[*bedrock.Error](err)
	if !ok {
		t.Fatalf("error %v (%T)", err, err)
	}
	if e.Code != rec.errorCode() || e.Status != rec.Status || e.RequestID != rec.requestID() || e.InStream {
		t.Errorf("error %+v, recorded %s", e, rec.errorCode())
	}
	var body struct{ Message string }
	if err := json.Unmarshal(rec.body(t), &body); err != nil || e.Message != body.Message {
		t.Errorf("message %q, recorded %q (%v)", e.Message, body.Message, err)
	}
	switch rec.Status {
	case http.StatusForbidden:
		if !llms.IsAuthenticationError(err) {
			t.Errorf("%v is no authentication error", err)
		}
	case http.StatusBadRequest:
		if !llms.IsInvalidRequestError(err) {
			t.Errorf("%v is no invalid-request error", err)
		}
	}
	if errors.Is(err, context.Canceled) {
		t.Errorf("%v says canceled", err)
	}
}

// got reads an answer of ours into the same form.
func got(t *testing.T, choice *llms.ContentChoice) expected {
	t.Helper()
	e := expected{Text: choice.Content, Reasoning: choice.ReasoningContent, StopReason: choice.StopReason}
	info := message.InfoOf(choice)
	e.Usage = info.Usage
	e.Usage.CacheWrite5m, e.Usage.CacheWrite1h = 0, 0
	for _, call := range choice.ToolCalls {
		e.Tools = append(e.Tools, expectedTool{
			ID: call.ID, Name: call.FunctionCall.Name, Arguments: decoded(t, []byte(call.FunctionCall.Arguments)),
		})
	}
	for _, part := range info.Message.Parts {
		switch p := part.(type) {
		case message.Reasoning:
			e.Signature += p.Signature
		case message.Cited:
			e.Citations += len(p.Citations)
		}
	}
	return e
}

// expected reads the recorded answer.
func (r *recording) expected(t *testing.T) expected {
	t.Helper()
	if r.Operation == "ConverseStream" {
		return streamExpected(t, r.body(t))
	}
	var reply struct {
		Output     struct{ Message struct{ Content []wireBlock } }
		StopReason string
		Usage      wireUsage
	}
	if err := json.Unmarshal(r.body(t), &reply); err != nil {
		t.Fatal(err)
	}
	e := expected{StopReason: reply.StopReason, Usage: reply.Usage.usage()}
	for _, b := range reply.Output.Message.Content {
		e.add(t, b)
	}
	return e
}

// wireBlock is a content block, or a delta or start of one: the keys are the
// same.
type wireBlock struct {
	Text             string
	ReasoningContent *struct {
		Text, Signature string
		ReasoningText   struct{ Text, Signature string }
	}
	CitationsContent *struct {
		Content   []struct{ Text string }
		Citations []json.RawMessage
	}
	ToolUse *struct {
		ToolUseID, Name string
		Input           json.RawMessage
	}
	Citation json.RawMessage
}

func (e *expected) add(t *testing.T, b wireBlock) {
	t.Helper()
	e.Text += b.Text
	if r := b.ReasoningContent; r != nil {
		e.Reasoning += r.Text + r.ReasoningText.Text
		e.Signature += r.Signature + r.ReasoningText.Signature
	}
	if c := b.CitationsContent; c != nil {
		for _, piece := range c.Content {
			e.Text += piece.Text
		}
		e.Citations += len(c.Citations)
	}
	if u := b.ToolUse; u != nil {
		e.Tools = append(e.Tools, expectedTool{ID: u.ToolUseID, Name: u.Name, Arguments: decoded(t, u.Input)})
	}
}

func streamExpected(t *testing.T, body []byte) expected {
	t.Helper()
	var e expected
	inputs := map[int]string{} // by place in e.Tools
	tool := map[int]int{}      // block index to place
	dec, r := eventstream.NewDecoder(), bytes.NewReader(body)
	for r.Len() > 0 {
		msg, err := dec.Decode(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		var ev struct {
			ContentBlockIndex int
			Start, Delta      wireBlock
			StopReason        string
			Usage             wireUsage
		}
		if err := json.Unmarshal(msg.Payload, &ev); err != nil {
			t.Fatal(err)
		}
		switch msg.Headers.Get(":event-type").String() {
		case "contentBlockStart":
			if u := ev.Start.ToolUse; u != nil {
				tool[ev.ContentBlockIndex] = len(e.Tools)
				e.Tools = append(e.Tools, expectedTool{ID: u.ToolUseID, Name: u.Name})
			}
		case "contentBlockDelta":
			if u := ev.Delta.ToolUse; u != nil {
				var piece string
				if err := json.Unmarshal(u.Input, &piece); err != nil {
					t.Fatal(err)
				}
				inputs[tool[ev.ContentBlockIndex]] += piece
				ev.Delta.ToolUse = nil
			}
			if ev.Delta.Citation != nil {
				e.Citations++
			}
			e.add(t, ev.Delta)
		case "messageStop":
			e.StopReason = ev.StopReason
		case "metadata":
			e.Usage = ev.Usage.usage()
		}
	}
	for i := range e.Tools {
		input := inputs[i]
		if input == "" {
			input = "{}"
		}
		e.Tools[i].Arguments = decoded(t, []byte(input))
	}
	return e
}
