package serve_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// Numbers of a request are numbers to the chain's schema, and keep their digits.
func TestNumbers(t *testing.T) {
	type order struct {
		ID    int64   `json:"id"`
		Price float64 `json:"price"`
	}
	c, err := chain.New("pay", []chain.Step{
		chain.Func("out", func(_ context.Context, o order) (string, error) { return fmt.Sprint(o.ID, " ", o.Price), nil }, nil),
	}, &chain.Options{Input: &jsonschema.Schema{
		Type: "object", Required: []string{"id", "price"},
		Properties: map[string]*jsonschema.Schema{"id": {Type: "integer"}, "price": {Type: "number", Minimum: new(1.0)}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := serve.New([]*chain.Chain{c}, nil)
	for body, want := range map[string]string{
		`{"input": {"id": 9007199254740993, "price": 2.5}}`: "9007199254740993 2.5",
		`{"input": {"id": "1", "price": 2.5}}`:              "bad-input",
		`{"input": {"id": 1, "price": 0.5}}`:                "bad-input",
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/v1/chains/pay/runs", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		s.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s, want %s", body, w.Code, w.Body, want)
		}
	}
}
