package memorytest

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/message"
)

func noSession(t *testing.T, s memory.Store) {
	if h := load(t, s, "nobody"); len(h.Messages) > 0 || h.Revision != "" {
		t.Errorf("a session that does not exist loads as %+v; want nothing at revision \"\"", h)
	}
	if at, err := s.Append(t.Context(), "nobody", ""); err != nil || at != "" {
		t.Errorf("Append of nothing = %q, %v; want \"\", nil", at, err)
	}
	if h := load(t, s, "nobody"); h.Revision != "" {
		t.Errorf("an append of nothing began a session at %q", h.Revision)
	}
	if err := s.Delete(t.Context(), "nobody"); err != nil {
		t.Errorf("Delete of what is not there: %v", err)
	}
}

func roundTrip(t *testing.T, s memory.Store) {
	var want []llms.MessageContent
	at := memory.Revision("")
	for n := range 5 {
		at = add(t, s, "talk", at, exchange(n)...)
		want = append(want, exchange(n)...)
		h := load(t, s, "talk")
		if h.Revision != at {
			t.Fatalf("after append %d: Load is at %q, Append returned %q", n, h.Revision, at)
		}
		same(t, h.Messages, want)
	}
}

// everyPart stores each kind of part there is, ours and langchaingo's.
func everyPart(t *testing.T, s memory.Store) {
	want := []llms.MessageContent{
		{Role: llms.ChatMessageTypeSystem, Parts: []llms.ContentPart{
			llms.TextContent{Text: "Be brief."}, message.CachePoint{TTL: time.Hour},
		}},
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{
			llms.TextContent{Text: "Look: \x00 <&>\u2028 \"ünïcödé\" 🙂\n"},
			llms.ImageURLContent{URL: "https://example.com/a.png", Detail: "low"},
			llms.BinaryContent{MIMEType: "image/png", Data: []byte{0, 1, 254, 255}},
			message.Image{MIMEType: "image/png", Source: "s3://bucket/key"},
			message.Document{Name: "terms", MIMEType: "text/plain", Text: "1. Terms", Citations: true},
			message.Guarded{Text: "guarded", Qualifiers: []string{"query"}},
		}},
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{
			message.Reasoning{Text: "let me see", Signature: "c2ln"},
			message.Reasoning{Redacted: []byte{9, 8, 7}},
			llms.TextContent{Text: "I look it up."},
			llms.ToolCall{ID: "t1", Type: "function", FunctionCall: &llms.FunctionCall{Name: "find", Arguments: `{"id":9007199254740993}`}},
		}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{
			message.ToolResult{ToolCallID: "t1", Name: "find", IsError: true, Parts: []llms.ContentPart{
				llms.TextContent{Text: "no such order"}, message.JSON{Value: json.RawMessage(`{"id":9007199254740993}`)},
			}},
		}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{
			llms.ToolCallResponse{ToolCallID: "t2", Name: "find", Content: "found"},
		}},
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{
			message.Cited{Text: "as the terms say", Citations: []message.Citation{{Title: "terms", Quotes: []string{"1. Terms"}}}},
		}},
	}
	at := add(t, s, "parts", "", want...)
	same(t, load(t, s, "parts").Messages, want)
	if _, err := s.Replace(t.Context(), "parts", at, want); err != nil {
		t.Fatalf("Replace: %v", err)
	}
	same(t, load(t, s, "parts").Messages, want)
}

// sessionNames stores sessions whose names are hard to keep apart.
func sessionNames(t *testing.T, s memory.Store) {
	names := []string{
		"a", "A", "a/b", "a%2fb", "a b", "../a", ".", "..", ".a", "con", "ä", "a\u0308", "a:b", "a#b", "a?b", "a\\b",
		"tenant/17/user@example.com", strings.Repeat("x", 300), strings.Repeat("x", 299) + "y", strings.Repeat("x", 301),
	}
	for _, name := range names {
		add(t, s, name, "", said(llms.ChatMessageTypeHuman, "I am %q", name))
	}
	for _, name := range names {
		same(t, load(t, s, name).Messages, []llms.MessageContent{said(llms.ChatMessageTypeHuman, "I am %q", name)})
	}
	for i, name := range names {
		if err := s.Delete(t.Context(), name); err != nil {
			t.Fatalf("Delete(%q): %v", name, err)
		}
		if i+1 < len(names) {
			if h := load(t, s, names[i+1]); len(h.Messages) != 1 {
				t.Errorf("deleting %q deleted %q too", name, names[i+1])
			}
		}
	}
}

// aliasing changes what was handed in and out, and expects the store not to
// notice.
func aliasing(t *testing.T, s memory.Store) {
	mine := exchange(1)
	add(t, s, "talk", "", mine...)
	mine[0].Parts[0] = llms.TextContent{Text: "changed after the append"}
	first := load(t, s, "talk")
	first.Messages[1].Parts[0] = llms.TextContent{Text: "changed after the load"}
	first.Messages[0] = llms.MessageContent{}
	_ = append(first.Messages[:1], exchange(9)...)
	same(t, load(t, s, "talk").Messages, exchange(1))
}

// huge stores 10,000 messages, in appends of a hundred.
func huge(t *testing.T, s memory.Store) {
	const turns, each = 5000, 50
	at := memory.Revision("")
	var want []llms.MessageContent
	for n := 0; n < turns; n += each {
		var batch []llms.MessageContent
		for i := range each {
			batch = append(batch, exchange(n+i)...)
		}
		at = add(t, s, "huge", at, batch...)
		want = append(want, batch...)
	}
	h := load(t, s, "huge")
	if len(h.Messages) != 2*turns || h.Revision != at {
		t.Fatalf("loaded %d messages at %q; want %d at %q", len(h.Messages), h.Revision, 2*turns, at)
	}
	same(t, h.Messages, want)
	long := said(llms.ChatMessageTypeHuman, "%s", strings.Repeat("0123456789abcde\n", 1<<16))
	at = add(t, s, "long", "", long)
	same(t, load(t, s, "long").Messages, []llms.MessageContent{long})
	add(t, s, "long", at, said(llms.ChatMessageTypeAI, "that was a lot"))
}

func sessions(t *testing.T, s memory.Store) {
	l, ok := s.(memory.Lister)
	if !ok {
		t.Skip("the store lists no sessions")
	}
	names := []string{"team/a", "team/B", "team/ä b", "other", "team/" + strings.Repeat("long", 80)}
	for _, name := range names {
		add(t, s, name, "", exchange(1)...)
	}
	before := time.Now().Add(-time.Hour)
	var found []string
	for one, err := range l.Sessions(t.Context(), "team/") {
		if err != nil {
			t.Fatalf("Sessions: %v", err)
		}
		if one.Updated.Before(before) || one.Updated.After(time.Now().Add(time.Hour)) {
			t.Errorf("%q was updated at %v; it was written just now", one.ID, one.Updated)
		}
		found = append(found, one.ID)
	}
	want := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "other" })
	slices.Sort(found)
	slices.Sort(want)
	if !slices.Equal(found, want) {
		t.Errorf("Sessions(team/) = %q; want %q", found, want)
	}
	for range l.Sessions(t.Context(), "") {
		break // a caller may stop at any time
	}
}

func same(t *testing.T, got, want []llms.MessageContent) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d messages; want %d", len(got), len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("message %d is\n%#v\nwant\n%#v", i, got[i], want[i])
		}
	}
}
