package message_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// everyPart holds each part once, with every field set.
var everyPart = []llms.ContentPart{
	llms.TextContent{Text: "plain"},
	llms.TextContent{},
	llms.BinaryContent{MIMEType: "image/png", Data: []byte{1, 2}},
	llms.ImageURLContent{URL: "https://example.com/a.png", Detail: "low"},
	llms.ToolCall{ID: "t1", Type: "function", FunctionCall: &llms.FunctionCall{Name: "f", Arguments: `{"n":12345678901234567890}`}},
	llms.ToolCall{ID: "t2", Type: "function", FunctionCall: &llms.FunctionCall{Name: "f"}},
	llms.ToolCallResponse{ToolCallID: "t1", Name: "f", Content: "ok"},
	llms.CachedContent{ContentPart: llms.TextContent{Text: "long"}, CacheControl: &llms.CacheControl{Type: "ephemeral", Duration: time.Hour}},
	llms.CachedContent{ContentPart: message.Image{MIMEType: "image/png", Data: []byte{3}}},
	message.Reasoning{Text: "hm", Signature: "sig"},
	message.Reasoning{Redacted: []byte{9, 8}},
	message.ToolResult{ToolCallID: "t1", Name: "f", IsError: true, Parts: []llms.ContentPart{
		message.JSON{Value: json.RawMessage(`{"n":1.0}`)}, llms.TextContent{Text: "x"},
	}},
	message.Image{MIMEType: "image/png", Source: "s3://b/k", BucketOwner: "1"},
	message.Video{MIMEType: "video/mp4", Data: []byte{1}},
	message.Audio{MIMEType: "audio/wav", Data: []byte{1}},
	message.Document{Name: "d", MIMEType: "application/pdf", Data: []byte("%PDF"), Context: "c", Citations: true},
	message.Document{Name: "e", Text: "t"},
	message.Document{Name: "f", Chunks: []string{"a", "b"}},
	message.SearchResult{Source: "s", Title: "t", Content: []string{"a"}, Citations: true},
	message.Cited{Text: "so", Citations: []message.Citation{{
		Title: "t", Source: "s", Quotes: []string{"q"},
		Location: message.Location{Kind: message.LocationPage, Index: 1, Start: 2, End: 3},
	}}},
	message.CachePoint{},
	message.CachePoint{TTL: 5 * time.Minute},
	message.Guarded{Text: "g", Qualifiers: []string{"query"}},
	message.Guarded{MIMEType: "image/png", Data: []byte{1, 2}},
}

func TestMarshalKeepsEveryPart(t *testing.T) {
	want := []llms.MessageContent{
		{Role: llms.ChatMessageTypeHuman, Parts: everyPart},
		{Role: llms.ChatMessageTypeAI},
	}
	data, err := message.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := message.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	want[1].Parts = []llms.ContentPart{} // an empty list stays a list
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again, err := message.Marshal(got)
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("a second round differs: %v\n%s\n%s", err, data, again)
	}
}

// A part marshalled on its own, as inside a user's struct, says what it is.
func TestPartsMarshalThemselves(t *testing.T) {
	for _, p := range everyPart {
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("%T: %v", p, err)
		}
		if strings.Contains(string(data), "ContentPart") {
			if _, theirs := p.(llms.CachedContent); !theirs {
				t.Errorf("%T leaks its embedded interface: %s", p, data)
			}
		}
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"not JSON", `{`, "decode"},
		{"unknown part", `[{"role":"ai","parts":[{"type":"smell"}]}]`, `message 0: part 0: unknown type of part "smell"`},
		{"nested unknown", `[{"role":"tool","parts":[{"type":"tool_result","parts":[{"type":"x"}]}]}]`, `part 0: part 0: unknown type`},
		{"bad ttl", `[{"role":"ai","parts":[{"type":"cache_point","ttl":"soon"}]}]`, `"soon" is not a duration`},
		{"empty cached", `[{"role":"ai","parts":[{"type":"cached"}]}]`, "holds one part"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := message.Unmarshal([]byte(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestMarshalRefusesForeignParts(t *testing.T) {
	type stranger struct{ llms.TextContent }
	_, err := message.Marshal([]llms.MessageContent{{Parts: []llms.ContentPart{stranger{}}}})
	if err == nil || !strings.Contains(err.Error(), "stranger") {
		t.Errorf("error %v, want one that names the type", err)
	}
}

func FuzzUnmarshal(f *testing.F) {
	seed, err := message.Marshal([]llms.MessageContent{{Role: llms.ChatMessageTypeAI, Parts: everyPart}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(`[{"role":"ai","parts":[{"type":"json"}]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		msgs, err := message.Unmarshal(data)
		if err != nil {
			return
		}
		first, err := message.Marshal(msgs)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := message.Unmarshal(first)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		second, err := message.Marshal(again)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("rounds differ: %v\n%s\n%s", err, first, second)
		}
	})
}
