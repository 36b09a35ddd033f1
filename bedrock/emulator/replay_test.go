package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
	"github.com/causeway-go/causeway/bedrock/emulator/internal/eventstream"
)

// swap is the wire under a real client: it puts a recorded request in place
// of the one the client made, and keeps the answer's bytes.
type swap struct {
	next   http.RoundTripper
	model  string
	body   []byte
	answer bytes.Buffer
}

func (s *swap) Do(r *http.Request) (*http.Response, error) {
	op := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/'):]
	r.URL.Path = "/model/" + s.model + op
	r.URL.RawPath = ""
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(s.body)), int64(len(s.body))
	res, err := s.next.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(res.Body, &s.answer), res.Body}
	}
	return res, err
}

// ask makes one call of the operation through a real client. It returns the
// number of stream events the client saw.
func ask(ctx context.Context, c *bedrockruntime.Client, op Operation) (int, error) {
	model := new("us.anthropic.claude-sonnet-4-5-20250929-v1:0") // swapped
	hi := []types.Message{{Role: "user", Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "hi"}}}}
	switch op {
	case Converse:
		_, err := c.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: model, Messages: hi})
		return 0, err
	case ConverseStream:
		out, err := c.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{ModelId: model, Messages: hi})
		if err != nil {
			return 0, err
		}
		defer out.GetStream().Close()
		n := 0
		for range out.GetStream().Events() {
			n++
		}
		return n, out.GetStream().Err()
	}
	in := &bedrockruntime.InvokeModelInput{ModelId: model, Body: []byte("{}")}
	if op == InvokeModel {
		_, err := c.InvokeModel(ctx, in)
		return 0, err
	}
	if op == InvokeModelWithResponseStream {
		out, err := c.InvokeModelWithResponseStream(ctx, &bedrockruntime.InvokeModelWithResponseStreamInput{ModelId: model, Body: in.Body})
		if err != nil {
			return 0, err
		}
		defer out.GetStream().Close()
		n := 0
		for range out.GetStream().Events() {
			n++
		}
		return n, out.GetStream().Err()
	}
	return 0, errors.New("unknown operation " + string(op))
}

// TestReplayRecordings sends every recorded request through the real client
// and gets every recorded answer back, byte for byte.
func TestReplayRecordings(t *testing.T) {
	if os.Getenv("CAUSEWAY_RECORDINGS") == "" {
		t.Skip("CAUSEWAY_RECORDINGS is not set")
	}
	responder, err := Replay(os.DirFS(os.Getenv("CAUSEWAY_RECORDINGS")))
	if err != nil {
		t.Fatal(err)
	}
	emu := New(&Options{Responder: responder})
	count := map[Operation]int{}
	recordings(t, func(name string, x *recorded) {
		s := &swap{next: emu.Transport(), model: x.Model, body: requestOf(x)}
		if x.Model == "unknown" {
			s.model = "amazon.nova-micro-v1:0"
		}
		client := newClient("https://emulator.invalid", s)
		events, err := ask(t.Context(), client, x.Operation)
		_, broken := errors.AsType[*types.ModelStreamErrorException](err)
		switch {
		case broken && strings.Contains(string(x.answer()), "modelStreamErrorException"):
		case x.Status == 200 && err != nil:
			t.Errorf("%s: %v", name, err)
		case x.Status == 200 && s.answer.String() != string(x.answer()):
			t.Errorf("%s: the answer is not the recorded one", name)
		case x.Status == 200 && events != countFrames(x):
			t.Errorf("%s: the client saw %d events of %d", name, events, countFrames(x))
		case x.Status != 200:
			api, ok := errors.AsType[smithy.APIError](err)
			if !ok || api.ErrorCode() != x.code() {
				t.Errorf("%s: recorded %s, got %v", name, x.code(), err)
			}
		}
		count[x.Operation]++
	})
	t.Logf("replayed: %v", count)
}

// requestOf is a request that the exchange answers: the recorded one, or for
// those known by their prompt only, one with that prompt.
func requestOf(x *recorded) []byte {
	if !promptOnly(x.Body) {
		return x.Body
	}
	var only struct {
		Prompt json.RawMessage `json:"_prompt_only"`
	}
	_ = json.Unmarshal(x.Body, &only) // promptOnly parsed it
	if x.Operation == InvokeModel && strings.HasPrefix(string(only.Prompt), `"{`) {
		var raw string
		_ = json.Unmarshal(only.Prompt, &raw)
		return []byte(raw)
	}
	return []byte(`{"messages":[{"role":"user","content":[{"text":` + string(only.Prompt) + `}]}]}`)
}

func countFrames(x *recorded) int {
	if !x.Operation.Streaming() {
		return 0
	}
	n := 0
	for b := x.answer(); len(b) > 0; n++ {
		f, err := eventstream.Read(b)
		if err != nil {
			return n
		}
		b = b[f.Size:]
	}
	return n
}

func (x *recorded) code() string {
	for k, v := range x.Headers {
		if strings.EqualFold(k, "x-amzn-ErrorType") {
			return codeOf(v)
		}
	}
	return ""
}
