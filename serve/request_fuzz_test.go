package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/causeway-go/causeway/chain"
)

// What is let through is as deep and holds as much as measure says.
func FuzzMeasure(f *testing.F) {
	f.Add([]byte(`{"input":{"a":[1,2.5e3,"\"]]"]}}`))
	f.Add([]byte(`[[[[1e999999]]]]`))
	f.Add([]byte(`"\`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p := measure(body)
		if p != nil && p.Status/100 != 4 {
			t.Errorf("%d for %q", p.Status, body)
		}
		if p != nil || !json.Valid(body) {
			return
		}
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		now, values := 0, 0
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			switch token {
			case json.Delim('['), json.Delim('{'):
				now++
			case json.Delim(']'), json.Delim('}'):
				now--
			}
			if n, ok := token.(json.Number); ok && len(n) > maxNumber {
				t.Errorf("took the number %s", n)
			}
			if values++; now > maxDepth || values > 4*maxValues {
				t.Fatalf("took %d levels, %d tokens", now, values)
			}
		}
	})
}

// Every message over a WebSocket, and every body of an answer or a job, is
// decoded or refused, and what is decoded is bounded.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"type":"run","input":{"a":1},"session":"s","labels":{"k":"v"}}`))
	f.Add([]byte(`{"type":"answer","run":"K3","answer":{"approved":true}}`))
	f.Add([]byte(`{"type":"cancel"}`))
	f.Add([]byte(`{"input":{},"callback":"https://example.com"}`))
	step := chain.Func("out", func(context.Context, struct{}) (string, error) { return "", nil }, nil)
	c, err := chain.New("c", []chain.Step{step}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var m socketMessage
		p := decode(body, &m)
		if p == nil {
			_, p = m.task(c)
		}
		if p == nil && (len(m.Session) > maxName || len(m.Labels) > maxLabels) {
			t.Errorf("took %q", body)
		}
		if p != nil && p.Status/100 != 4 {
			t.Errorf("%d for %q", p.Status, body)
		}
		for _, v := range []any{new(AnswerRequest), new(JobRequest)} {
			if p := decode(body, v); p != nil && p.Status/100 != 4 {
				t.Errorf("%d for %q", p.Status, body)
			}
		}
	})
}
