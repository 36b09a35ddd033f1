package bedrock_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/smithy-go/eventstream"
	"github.com/google/go-cmp/cmp"

	"github.com/causeway-go/causeway/bedrock"
)

// TestRecordedInvocations replays every recorded InvokeModel exchange and
// stream, and sends every recorded body as it was.
func TestRecordedInvocations(t *testing.T) {
	tried := map[string]int{}
	for _, rec := range recordings(t, "InvokeModel", "InvokeModelWithResponseStream") {
		t.Run(rec.name, func(t *testing.T) {
			tried[rec.Operation]++
			w := &wire{answer: func(*http.Request) *http.Response {
				return response(rec.Status, rec.ResponseHeaders, rec.body(t))
			}}
			v := bedrock.Invocation{Model: rec.model(), Body: rec.RequestBody}
			if rec.Operation == "InvokeModel" {
				reply, err := bedrock.Invoke(t.Context(), w.client(t), v)
				checkInvoked(t, rec, reply, err)
			} else {
				checkInvokedStream(t, rec, w, v)
			}
			if !bytes.Equal(w.body, rec.RequestBody) {
				t.Errorf("sent %.200s", w.body)
			}
		})
	}
	t.Logf("replayed: %d InvokeModel, %d InvokeModelWithResponseStream", tried["InvokeModel"], tried["InvokeModelWithResponseStream"])
}

func checkInvoked(t *testing.T, rec recording, reply *bedrock.Reply, err error) {
	t.Helper()
	if rec.Status != http.StatusOK {
		checkRefusal(t, rec, err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(reply.Body, rec.body(t)) {
		t.Error("the body changed on its way")
	}
	for name, got := range map[string]int{
		"X-Amzn-Bedrock-Input-Token-Count":            reply.Usage.Input,
		"X-Amzn-Bedrock-Output-Token-Count":           reply.Usage.Output,
		"X-Amzn-Bedrock-Cache-Read-Input-Token-Count": reply.Usage.CacheRead,
		"X-Amzn-Bedrock-Invocation-Latency":           int(reply.Latency.Milliseconds()),
	} {
		for k, v := range rec.ResponseHeaders {
			if want, _ := strconv.Atoi(v); strings.EqualFold(k, name) && got != want {
				t.Errorf("%s: got %d, recorded %s", name, got, v)
			}
		}
	}
}

func checkInvokedStream(t *testing.T, rec recording, w *wire, v bedrock.Invocation) {
	t.Helper()
	var got []string
	var failed error
	var input int
	for chunk, err := range bedrock.InvokeStream(t.Context(), w.client(t), v) {
		if failed = err; err != nil {
			break
		}
		got = append(got, string(chunk))
		if u, _, ok := bedrock.InvokedUsage(chunk); ok {
			input = u.Input
		}
	}
	if rec.Status != http.StatusOK {
		checkRefusal(t, rec, failed)
		return
	}
	want, exception := recordedChunks(t, rec.body(t))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-recorded +got):\n%s", diff)
	}
	e, isTyped := errors.AsType[*bedrock.Error](failed)
	switch {
	case exception == "" && failed != nil:
		t.Error(failed)
	case exception != "" && (!isTyped || !strings.EqualFold(e.Code, exception) || !e.InStream):
		t.Errorf("%v, recorded %s", failed, exception)
	case exception == "" && input == 0 && strings.Contains(want[len(want)-1], `"inputTokenCount"`):
		t.Error("no usage read")
	}
}

// recordedChunks decodes a recorded stream without our code.
func recordedChunks(t *testing.T, body []byte) (chunks []string, exception string) {
	t.Helper()
	dec, r := eventstream.NewDecoder(), bytes.NewReader(body)
	for r.Len() > 0 {
		msg, err := dec.Decode(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if x := msg.Headers.Get(":exception-type"); x != nil {
			return chunks, x.String()
		}
		var payload struct{ Bytes []byte }
		if err := json.Unmarshal(msg.Payload, &payload); err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, string(payload.Bytes))
	}
	return chunks, ""
}

func TestInvokeSettings(t *testing.T) {
	var header http.Header
	w := answering(`{}`)
	c := clientOver(t, doFunc(func(r *http.Request) (*http.Response, error) {
		header = r.Header
		return w.Do(r)
	}))
	_, err := bedrock.Invoke(t.Context(), c, bedrock.Invocation{
		Model: "stability.sd3-5-large-v1:0", Body: []byte(`{"prompt":"a cat"}`),
		Guardrail: bedrock.Guardrail{ID: "gr", Trace: "enabled"}, Performance: "optimized", ServiceTier: "flex",
		RequestMetadata: map[string]string{"team": "a"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"X-Amzn-Bedrock-Guardrailidentifier": "gr", "X-Amzn-Bedrock-Guardrailversion": "DRAFT", "X-Amzn-Bedrock-Trace": "ENABLED",
		"X-Amzn-Bedrock-Performanceconfig-Latency": "optimized", "X-Amzn-Bedrock-Service-Tier": "flex",
		"Content-Type": "application/json", "Accept": "application/json",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if string(w.body) != `{"prompt":"a cat"}` {
		t.Errorf("sent %s", w.body)
	}
	if _, err := bedrock.Invoke(t.Context(), c, bedrock.Invocation{}); err == nil {
		t.Error("no model id is no error")
	}
}

// A chunk stream that was cut is told from one that ended, and leaving the
// loop early leaves nothing behind.
func TestInvokeStreamEnds(t *testing.T) {
	chunk := func(s string) []byte {
		b, err := json.Marshal(map[string][]byte{"bytes": []byte(s)})
		if err != nil {
			t.Fatal(err)
		}
		return frame(t, "event", "chunk", string(b))
	}
	v := bedrock.Invocation{Model: "m"}
	var failed error
	for _, err := range bedrock.InvokeStream(t.Context(), streaming(chunk(`{"a":1}`)).client(t), v) {
		failed = err
	}
	if !errors.Is(failed, bedrock.ErrIncompleteStream) {
		t.Errorf("cut: %v", failed)
	}
	n := 0
	for range bedrock.InvokeStream(t.Context(), streaming(bytes.Repeat(chunk(`{"a":1}`), 100)).client(t), v) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d chunks", n)
	}
}
