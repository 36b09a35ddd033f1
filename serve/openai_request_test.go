package serve

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/message"
)

func FuzzDecodeChat(f *testing.F) {
	f.Add([]byte(`{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"stream":true,"stream_options":{"include_usage":true}}`))
	f.Add([]byte(`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"t"},{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}]}],"stop":"a"}`))
	f.Add([]byte(`{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f"}}]},{"role":"tool","tool_call_id":"1","content":null},{"role":"user","content":"x"}],"stop":["a","b"],"metadata":{"a":"b"}}`))
	f.Add([]byte(`{"model":"m","messages":null,"n":null,"temperature":1e400}`))
	f.Add([]byte("\xff["))
	f.Fuzz(func(t *testing.T, body []byte) {
		q, e := decodeChat(body)
		if e != nil {
			if e.Message == "" || !json.Valid(encoded(e)) {
				t.Errorf("the fault of %q is %+v", body, e)
			}
			return
		}
		if !json.Valid(body) || q.Model == "" || len(q.labels()) > maxLabels {
			t.Errorf("took %q", body)
		}
		c, e := q.converse()
		if e != nil {
			return
		}
		if c.words == "" || c.history == nil {
			t.Errorf("%q comes to %+v", body, c)
		}
		if _, err := message.Marshal(c.history); err != nil {
			t.Errorf("%q: a conversation that cannot be written down: %v", body, err)
		}
		for _, m := range c.history {
			if m.Role == llms.ChatMessageTypeSystem || len(m.Parts) == 0 {
				t.Errorf("%q has %+v in its history", body, m)
			}
		}
	})
}

// sink is a client that takes everything, and counts the writes.
type sink struct {
	header http.Header
	writes int
	all    strings.Builder
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(int)     {}
func (s *sink) Flush()              {}
func (s *sink) Write(b []byte) (int, error) {
	s.writes++
	return s.all.Write(b)
}

func newSinkStream(w http.ResponseWriter) *chatStream {
	c, err := chain.New("m", []chain.Step{chain.Approve("ok", "Well?", nil)}, nil)
	if err != nil {
		panic(err)
	}
	return newChatStream(w, func() {}, begins(c, RunRequest{}), 1, false)
}

// Every chunk is one write of one line of JSON, whatever the token holds.
func TestChunksAreOneLineOfJSON(t *testing.T) {
	tokens := []string{"a", "\n", "\r\n", "\"", "<script>", "\u2028\u2029", "\x00\x1b", "ü😀", "\xff", "data: [DONE]\n\n"}
	s := &sink{header: http.Header{}}
	c := newSinkStream(s)
	var want strings.Builder
	for _, token := range tokens {
		c.say(token)
		want.WriteString(strings.ToValidUTF8(token, string(utf8.RuneError)))
	}
	if s.writes != len(tokens) {
		t.Errorf("%d writes for %d tokens", s.writes, len(tokens))
	}
	c.end("stop", chatUsage{})
	var got strings.Builder
	for chunk := range strings.SplitSeq(strings.TrimSuffix(s.all.String(), "\n\n"), "\n\n") {
		data, ok := strings.CutPrefix(chunk, "data: ")
		if !ok || strings.ContainsAny(chunk, "\r\n") {
			t.Fatalf("chunk %q", chunk)
		}
		var m struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		if err := json.Unmarshal([]byte(data), &m); err != nil {
			if data == "[DONE]" {
				continue
			}
			t.Fatalf("chunk %q: %v", chunk, err)
		}
		got.WriteString(m.Choices[0].Delta.Content)
	}
	if got.String() != want.String() {
		t.Errorf("came as %q, want %q", got.String(), want.String())
	}
}

// A token costs no allocation between the event and the write, but for the
// encoder's, which the race detector takes from its pool.
func TestChunksCostNothing(t *testing.T) {
	c := newSinkStream(discard{})
	c.say("first")
	if n := testing.AllocsPerRun(1000, func() { c.say("another token") }); n > 1 {
		t.Errorf("%v allocations a token", n)
	}
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) WriteHeader(int)             {}
func (discard) Flush()                      {}
func (discard) Write(b []byte) (int, error) { return len(b), nil }
