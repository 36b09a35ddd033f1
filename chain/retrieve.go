package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/schema"
)

// RetrieveOptions are what a Retrieve can be told.
type RetrieveOptions struct {
	// Output names the list it makes; empty means the step's name.
	Output string
	// Max cuts the list; 0 keeps what the retriever returns.
	Max int
}

// Retrieve returns a step that asks a retriever for documents about what the
// expression query gives. It makes a list of objects with content (text),
// metadata (an object) and score (a number).
func Retrieve(name string, r schema.Retriever, query string, o *RetrieveOptions) Step {
	s := &retrieve{name: name, from: r, query: compile(query)}
	if o != nil {
		s.o = *o
	}
	s.o.Output = orElse(s.o.Output, name)
	return s
}

type retrieve struct {
	name  string
	from  schema.Retriever
	query *expression
	o     RetrieveOptions
}

func (s *retrieve) Name() string      { return s.name }
func (s *retrieve) Inputs() []string  { return s.query.names }
func (s *retrieve) Outputs() []string { return []string{s.o.Output} }

func (s *retrieve) Run(ctx context.Context, in Values) (Values, error) {
	return s.exec(ctx, frameOf(ctx), env{base: in})
}

func (s *retrieve) exec(ctx context.Context, f frame, in env) (Values, error) {
	v, err := s.query.eval(in.all())
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	query, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("query: %s gives %s, not a string", s.query.src, kindOf(v))
	}
	if s.from == nil {
		return nil, errors.New("it has no retriever")
	}
	docs, err := s.from.GetRelevantDocuments(f.within(ctx), query)
	if err != nil {
		return nil, err
	}
	if s.o.Max > 0 && len(docs) > s.o.Max {
		docs = docs[:s.o.Max]
	}
	list := make([]any, len(docs))
	for i, d := range docs {
		meta, err := jsonData(d.Metadata)
		if err != nil {
			return nil, fmt.Errorf("the metadata of document %d: %w", i, err)
		}
		if meta == nil {
			meta = map[string]any{}
		}
		list[i] = map[string]any{"content": d.PageContent, "metadata": meta, "score": float64(d.Score)}
	}
	return Values{s.o.Output: list}, nil
}

func (s *retrieve) describe(k *checker, at string, sc *scope) signature {
	if s.from == nil {
		k.fault(at, "retrieve", "", "it has no retriever")
	}
	if s.o.Max < 0 {
		k.fault(at, "max", "", "its max is negative")
	}
	if why := misfit(k.expression(at, "query", s.query, sc), &jsonschema.Schema{Type: "string"}); why != "" {
		k.fault(at, "query", "", "the query %s does not fit: %s", s.query.src, why)
	}
	return signature{gives: []give{{name: s.o.Output, typ: typ{schema: documentList}}}}
}

var documentList = &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{
	Type: "object", Required: []string{"content", "metadata", "score"},
	Properties: map[string]*jsonschema.Schema{"content": {Type: "string"}, "metadata": {Type: "object"}, "score": {Type: "number"}},
}}
