package tools

import (
	"context"
	"fmt"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// Retriever is langchaingo's schema.Retriever, by shape: D is schema.Document.
type Retriever[D document] interface {
	GetRelevantDocuments(ctx context.Context, query string) ([]D, error)
}

// document is the shape of langchaingo's schema.Document, which this package
// does not link.
type document interface {
	~struct {
		PageContent string
		Metadata    map[string]any
		Score       float32
	}
}

type searchInput struct {
	Query string `json:"query" minLength:"1" maxLength:"2000" jsonschema:"what to look for, in words"`
}

// FromRetriever returns a tool that searches. What it finds goes to the model
// as message.SearchResult parts, which models on Bedrock can cite; source and
// title are taken from the metadata of those names.
func FromRetriever[D document](name, description string, r Retriever[D], o *Options) (*Tool, error) {
	if r == nil {
		return nil, fmt.Errorf("tool %s: no retriever", name)
	}
	settings := Options{Idempotent: true}
	if o != nil {
		settings = *o
	}
	return New(name, description, func(ctx context.Context, in searchInput) ([]llms.ContentPart, error) {
		found, err := r.GetRelevantDocuments(ctx, in.Query)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return []llms.ContentPart{llms.TextContent{Text: "nothing was found"}}, nil
		}
		parts := make([]llms.ContentPart, len(found))
		for i, d := range found {
			parts[i] = searchResult(struct {
				PageContent string
				Metadata    map[string]any
				Score       float32
			}(d), i+1)
		}
		return parts, nil
	}, &settings)
}

func searchResult(d struct {
	PageContent string
	Metadata    map[string]any
	Score       float32
}, number int,
) message.SearchResult {
	s := message.SearchResult{Content: []string{d.PageContent}}
	s.Source, _ = d.Metadata["source"].(string)
	s.Title, _ = d.Metadata["title"].(string)
	if s.Source == "" {
		s.Source = fmt.Sprintf("document %d", number) // Bedrock requires both
	}
	if s.Title == "" {
		s.Title = s.Source
	}
	return s
}
