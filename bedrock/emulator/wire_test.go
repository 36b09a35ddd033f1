package emulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causeway-go/causeway/bedrock/emulator/internal/eventstream"
	"github.com/google/go-cmp/cmp"
)

// post sends a body through the transport and returns the answer, read whole.
func post(t *testing.T, e *Emulator, path, body string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://emulator.invalid"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := e.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, data
}

var weatherScript = Script(Turn{
	Text: "Let me <look>.", Reasoning: "Hm.",
	ToolCalls: []ToolCall{{Name: "weather", Input: map[string]any{"city": "Zürich & co"}}},
})

const weatherBody = `{` + weatherTool + `,"messages":[{"role":"user","content":[{"text":"weather?"}]}]}`

// TestStreamWire compares a stream with the form of the recorded ones.
func TestStreamWire(t *testing.T) {
	res, data := post(t, New(&Options{Responder: weatherScript}), "/model/"+claude+"/converse-stream", weatherBody)
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/vnd.amazon.eventstream" || res.Header.Get("x-amzn-RequestId") == "" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	var kinds []string
	var input strings.Builder
	for len(data) > 0 {
		f, err := eventstream.Read(data)
		if err != nil {
			t.Fatal(err)
		}
		checkFrame(t, f)
		kinds = append(kinds, f.Headers[":event-type"])
		var d struct {
			Delta struct{ ToolUse struct{ Input string } }
		}
		if err := json.Unmarshal(f.Payload, &d); err != nil {
			t.Fatal(err)
		}
		input.WriteString(d.Delta.ToolUse.Input)
		data = data[f.Size:]
	}
	got := strings.ReplaceAll(strings.ReplaceAll(strings.Join(kinds, " "), "contentBlock", ""), "message", "")
	want := `Start Delta Delta Stop Delta Delta Delta Stop Start Delta Delta Delta Delta Stop Stop metadata`
	if got != want {
		t.Errorf("events\n got %s\nwant %s", got, want)
	}
	if input.String() != `{"city":"Zürich & co"}` {
		t.Errorf("tool input %s", input.String())
	}
}

var (
	padding   = regexp.MustCompile(`"p":"(a[a-zA-Z0-9]*)"`)
	toolUseID = regexp.MustCompile(`"toolUseId":"tooluse_[a-zA-Z0-9]{22}"`)
)

func checkFrame(t *testing.T, f eventstream.Frame) {
	t.Helper()
	if len(f.Headers) != 3 || f.Headers[":content-type"] != "application/json" || f.Headers[":message-type"] != "event" {
		t.Errorf("headers %v", f.Headers)
	}
	m := padding.FindSubmatch(f.Payload)
	if m == nil || !strings.HasPrefix(letters, string(m[1])) || len(m[1]) < 2 || len(m[1]) > 61 {
		t.Errorf("padding of %s", f.Payload)
	}
	if c := canonical(f.Payload); c != string(f.Payload) {
		t.Errorf("keys are not in order or something is escaped:\n%s\n%s", f.Payload, c)
	}
	if f.Headers[":event-type"] == "contentBlockStart" && !toolUseID.Match(f.Payload) {
		t.Errorf("id in %s", f.Payload)
	}
}

func TestConverseWire(t *testing.T) {
	emu := New(&Options{Responder: weatherScript})
	res, data := post(t, emu, "/model/"+strings.ReplaceAll(claude, ":", "%3A")+"/converse", weatherBody)
	want := `{"metrics":{"latencyMs":1},"output":{"message":{"content":[` +
		`{"reasoningContent":{"reasoningText":{"signature":"` + signature("Hm.") + `","text":"Hm."}}},` +
		`{"text":"Let me <look>."},{"toolUse":{"input":{"city":"Zürich & co"},"name":"weather","toolUseId":"ID","type":"tool_use"}}],` +
		`"role":"assistant"}},"stopReason":"tool_use","usage":{"inputTokens":13,"outputTokens":13,"serverToolUsage":{},"totalTokens":26}}`
	got := toolUseID.ReplaceAllString(string(data), `"toolUseId":"ID"`)
	if res.StatusCode != 200 || got != want {
		t.Errorf("%d\n got %s\nwant %s", res.StatusCode, got, want)
	}
	if n := res.Header.Get("Content-Length"); n == "" || res.Header.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", res.Header)
	}
	if emu.Calls()[0].ModelID != claude {
		t.Errorf("model %q", emu.Calls()[0].ModelID)
	}
}

func TestErrorWire(t *testing.T) {
	res, data := post(t, New(nil), "/model/does-not-exist/converse", `{}`)
	if res.StatusCode != 400 || res.Header.Get("x-amzn-ErrorType") != "ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/" ||
		string(data) != `{"message":"The provided model identifier is invalid."}` {
		t.Errorf("%d %v %s", res.StatusCode, res.Header, data)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	play := func(seed uint64) (all []byte) {
		emu := New(&Options{Responder: weatherScript, Seed: seed})
		for range 3 {
			_, data := post(t, emu, "/model/"+claude+"/converse-stream", weatherBody)
			all = append(all, data...)
		}
		return all
	}
	a, b, c := play(1), play(1), play(2)
	if !bytes.Equal(a, b) || bytes.Equal(a, c) {
		t.Error("the seed does not decide the bytes")
	}
}

// TestSameSeedInParallel: who comes first does not matter either.
func TestSameSeedInParallel(t *testing.T) {
	play := func() []string {
		emu := New(&Options{Seed: 7, Latency: Latency{First: Uniform(0, time.Microsecond)}, Faults: []Fault{{Rate: 0.3, Error: faultErrors["503"]}}})
		out := make([]string, 64)
		var group sync.WaitGroup
		for i := range out {
			group.Go(func() {
				_, data := post(t, emu, "/model/"+claude+"/converse-stream", `{"messages":[{"role":"user","content":[{"text":"`+strconv.Itoa(i)+`"}]}]}`)
				out[i] = string(data)
			})
		}
		group.Wait()
		return out
	}
	first := play()
	if d := cmp.Diff(first, play()); d != "" {
		t.Errorf("the same seed, other bytes: %.500s", d)
	}
	failed := 0
	for _, s := range first {
		failed += count(strings.Contains(s, "Bedrock is unable"))
	}
	if failed == 0 || failed == len(first) {
		t.Errorf("%d of %d calls failed at a rate of 0.3", failed, len(first))
	}
}
