package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// nasty are tokens that a stream could break on.
var nasty = []string{
	"a", "\n", "\r", "\r\n\r\n", "data: x\n\n", "\n\nevent: run.finished\ndata: {}\n\n", "id: \x00", ": comment", "\ufeff",
	"\u2028", "\u2029", "\u0085", "ü", "日本", "😀", "\"\\", "</script>", "\xff\xfe", "\x00", "", " ", "[DONE]",
}

// nastyChain says all of them, comes to a big value, and asks before it does.
func nastyChain(t *testing.T, heard *[]chain.Event) *chain.Chain {
	t.Helper()
	c, err := chain.New("nasty", []chain.Step{
		chain.Func("said", func(ctx context.Context, i in) (string, error) {
			for _, token := range nasty {
				chain.Emit(ctx, chain.Event{Kind: chain.Token, Text: token})
			}
			return strings.Join(nasty, i.Text), nil
		}, nil),
		chain.Approve("ok", "Shall it be big?\n\ndata: no", nil),
		chain.Func("big", func(ctx context.Context, _ struct{}) (string, error) {
			chain.Emit(ctx, chain.Event{Text: "half\nway"})
			return strings.Repeat("\u2028x\n", 100_000), nil
		}, nil),
	}, &chain.Options{Events: func(e chain.Event) { *heard = append(*heard, e) }})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// rawOf reads a stream whole, and checks that it is one.
func rawOf(t *testing.T, resp *http.Response) []byte {
	t.Helper()
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(raw) {
		t.Error("the stream is not UTF-8")
	}
	return raw
}

// told are a run's events as a stream must tell them, from number first.
func told(t *testing.T, first int, events []chain.Event) []sseEvent {
	t.Helper()
	var all []sseEvent
	for i, e := range events {
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sseEvent{fmt.Sprint(first + i), string(e.Kind), string(data)})
	}
	return all
}

// Whatever a run says, its stream holds its events, and no others, wherever the
// network cuts it: begun, read again from every event, and gone on with.
func TestStreamsByTheStandard(t *testing.T) {
	var heard []chain.Event
	url, _ := serving(t, nil, nastyChain(t, &heard))
	resp := stream(t, t.Context(), url+"/v1/chains/nasty/runs", `{"input":{"text":"\u2028\n"}}`)
	location := url + resp.Header.Get("Location")
	raw := rawOf(t, resp)
	begun := told(t, 1, heard)
	sameAtEveryBoundary(t, "begun", raw, begun)
	for i := range begun {
		again := stream(t, t.Context(), location, "", "Last-Event-ID", begun[i].id)
		if got := parseSSE(t, again.Body, 0); !slices.Equal(got, begun[i+1:]) {
			t.Errorf("after event %s came %q", begun[i].id, got)
		}
		again.Body.Close()
	}
	runID := heard[0].RunID
	rest := stream(t, t.Context(), url+"/v1/chains/nasty/runs/"+runID+"/answer", yes)
	raw = rawOf(t, rest)
	sameAtEveryBoundary(t, "gone on with", raw, told(t, len(begun)+1, heard[len(begun):]))
	if len(raw) < 300_000 || heard[len(heard)-1].Kind != chain.RunFinished {
		t.Errorf("%d bytes, ended by %s", len(raw), heard[len(heard)-1].Kind)
	}
	whole := stream(t, t.Context(), location, "")
	sameAtEveryBoundary(t, "read whole", rawOf(t, whole), told(t, 1, heard))
}

// A chat completion is a stream by the same rules: its pieces are the tokens.
func TestChatStreamsByTheStandard(t *testing.T) {
	tokens := made(t, "tokens", func(ctx context.Context, _ in) (string, error) {
		var all strings.Builder
		for _, token := range nasty {
			all.WriteString(token)
			chain.Emit(ctx, chain.Event{Kind: chain.Token, Text: token})
		}
		return all.String(), nil
	})
	url, _ := serving(t, &serve.Options{}, tokens)
	raw := rawOf(t, stream(t, t.Context(), url+"/v1/chat/completions", user("tokens", "x", `,"stream":true,"stream_options":{"include_usage":true}`)))
	var s eventStream
	s.feed(raw)
	sameAtEveryBoundary(t, "chat", raw, s.events)
	var got []string
	for i, e := range s.events {
		if e.id != "" || e.event != "message" {
			t.Errorf("event %d: %+v", i, e)
		}
		if e.data == "[DONE]" {
			if i != len(s.events)-1 {
				t.Errorf("event %d of %d is the end", i, len(s.events))
			}
			continue
		}
		var chunk struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		if err := json.Unmarshal([]byte(e.data), &chunk); err != nil {
			t.Fatalf("event %d: %v: %q", i, err, e.data)
		}
		if len(chunk.Choices) == 1 && chunk.Choices[0].Delta.Content != "" {
			got = append(got, chunk.Choices[0].Delta.Content)
		}
	}
	var want []string
	for _, token := range nasty {
		if token != "" {
			want = append(want, strings.ReplaceAll(token, "\xff\xfe", "\ufffd\ufffd"))
		}
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("came as %q, want %q", got, want)
	}
}
