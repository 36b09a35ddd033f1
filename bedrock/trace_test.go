package bedrock_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// TestRecordedTraces: a trace comes back as Bedrock wrote it, but for members
// the SDK does not know.
func TestRecordedTraces(t *testing.T) {
	n := 0
	for _, rec := range recordings(t, "Converse") {
		var reply struct{ Trace json.RawMessage }
		if rec.Status != 200 || json.Unmarshal(rec.body(t), &reply) != nil || reply.Trace == nil {
			continue
		}
		n++
		w := &wire{answer: func(*http.Request) *http.Response { return response(200, nil, rec.body(t)) }}
		resp, err := newModel(t, w, "m", nil).GenerateContent(t.Context(), human("hi"))
		if err != nil {
			t.Fatal(err)
		}
		got := exact(decoded(t, message.InfoOf(resp.Choices[0]).Trace))
		if want := exact(decoded(t, reply.Trace)); !within(got, want) {
			t.Errorf("%s (-recorded +got):\n%s", rec.name, cmp.Diff(want, got))
		}
	}
	t.Logf("%d traces", n)
}

// within reports whether got says nothing but what want says.
func within(got, want any) bool {
	switch g := got.(type) {
	case map[string]any:
		w, ok := want.(map[string]any)
		for k := range g {
			ok = ok && within(g[k], w[k])
		}
		return ok && len(g) > 0 == (len(w) > 0)
	case []any:
		w, ok := want.([]any)
		ok = ok && len(g) == len(w)
		for i := range g {
			ok = ok && within(g[i], w[i])
		}
		return ok
	}
	return cmp.Equal(got, want)
}

func TestTraceNames(t *testing.T) {
	const trace = `{"guardrail":{"modelOutput":["said"],"inputAssessment":{"g":{"topicPolicy":{"topics":[{"name":"n","type":"DENY","action":"BLOCKED"}]}}}},"promptRouter":{"invokedModelId":"arn:chosen"}}`
	body := strings.Replace(sayHello, `"stopReason"`, `"trace":`+trace+`,"stopReason"`, 1)
	stream := events(t, "messageStop", `{"stopReason":"end_turn"}`, "metadata", `{"trace":`+trace+`}`)
	for _, c := range []struct {
		w    *wire
		opts []llms.CallOption
	}{{answering(body), nil}, {streaming(stream), []llms.CallOption{llms.WithStreamingFunc(deaf)}}} {
		resp, err := newModel(t, c.w, "m", nil).GenerateContent(t.Context(), human("hi"), c.opts...)
		if err != nil {
			t.Fatal(err)
		}
		info := message.InfoOf(resp.Choices[0])
		if diff := cmp.Diff(decoded(t, []byte(trace)), decoded(t, info.Trace)); diff != "" || info.Model != "arn:chosen" {
			t.Errorf("%s %s", info.Model, diff)
		}
	}
}
