package bedrock_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
)

// Why a recorded request is not expressible.
var (
	errSuccess  = errors.New(`toolResult.status "success" spelled out: it is the default, and never sent`)
	errNoBody   = errors.New("the recording holds only the prompt's text and no request body")
	errSameRole = errors.New("two user messages in a row: always merged, since most models refuse them")
)

// TestRecordedRequests says each recorded request in the words of a caller,
// sends it, and compares what reaches the wire with the recorded body.
func TestRecordedRequests(t *testing.T) {
	recs := recordings(t, "Converse", "ConverseStream")
	equal, emptyConfig := 0, 0
	why := map[string]int{}
	for _, rec := range recs {
		t.Run(rec.name, func(t *testing.T) {
			e, err := rec.express()
			if err != nil {
				why[err.Error()]++
				return
			}
			want, stripped := comparable(t, rec.RequestBody)
			if got, _ := comparable(t, rec.send(t, e)); !cmp.Equal(want, got) {
				t.Errorf("(-recorded +sent):\n%s", cmp.Diff(want, got))
				return
			}
			equal++
			if stripped {
				emptyConfig++
			}
		})
	}
	t.Logf("requests: %d tried, %d equal (%d of these but for an empty inferenceConfig, which says nothing and is not sent)", len(recs), equal, emptyConfig)
	for _, reason := range slices.Sorted(maps.Keys(why)) {
		t.Logf("not expressible: %d, %s", why[reason], reason)
	}
}

func (r *recording) express() (*expressed, error) {
	if bytes.Contains(r.RequestBody, []byte(`"_prompt_only"`)) {
		return nil, errNoBody
	}
	e, err := express(r.RequestBody)
	if err != nil {
		return nil, err
	}
	for i := 1; i < len(e.messages); i++ {
		if e.messages[i].Role == e.messages[i-1].Role {
			return nil, errSameRole
		}
	}
	return e, nil
}

// send returns the body that reaches the wire.
func (r *recording) send(t *testing.T, e *expressed) []byte {
	t.Helper()
	w := &wire{answer: func(*http.Request) *http.Response {
		return response(http.StatusBadRequest, map[string]string{"X-Amzn-ErrorType": "ValidationException"}, []byte(`{"message":"enough seen"}`))
	}}
	m := newModel(t, w, r.model(), &e.options)
	ctx := t.Context()
	if r.Operation == "ConverseStream" {
		ctx = message.WithObserver(ctx, message.Observer{Delta: func(message.Delta) error { return nil }})
	}
	_, err := m.GenerateContent(ctx, e.messages, e.calls...)
	if !llms.IsInvalidRequestError(err) || w.sent != 1 {
		t.Fatalf("%d requests sent: %v", w.sent, err)
	}
	if suffix := map[string]string{"Converse": "/converse", "ConverseStream": "/converse-stream"}[r.Operation]; !strings.HasSuffix(w.path, suffix) {
		t.Errorf("sent to %s", w.path)
	}
	if _, ok := errors.AsType[*bedrock.Error](err); !ok {
		t.Errorf("error %T", err)
	}
	return w.body
}

// comparable decodes a body with numbers by their exact value, and tells
// whether it had an empty inferenceConfig, which it removes.
func comparable(t *testing.T, body []byte) (v any, stripped bool) {
	t.Helper()
	v = exact(decoded(t, body))
	top, ok := v.(map[string]any)
	if !ok {
		t.Fatalf("body %s", body)
	}
	if c, ok := top["inferenceConfig"].(map[string]any); ok && len(c) == 0 {
		delete(top, "inferenceConfig")
		stripped = true
	}
	return v, stripped
}

func exact(v any) any {
	switch v := v.(type) {
	case json.Number:
		if r, ok := new(big.Rat).SetString(v.String()); ok {
			return r.RatString()
		}
	case map[string]any:
		for k := range v {
			v[k] = exact(v[k])
		}
	case []any:
		for i := range v {
			v[i] = exact(v[i])
		}
	}
	return v
}
