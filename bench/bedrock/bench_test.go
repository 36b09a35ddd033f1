package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/tmc/langchaingo/llms"
)

// The contenders do the same work against the server that is measured.
func TestContendersAgree(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(answer))
	defer s.Close()
	ctx := context.Background()
	m, err := ours(ctx, s.URL+answersIn)
	if err != nil {
		t.Fatal(err)
	}
	c := bare(s.URL + answersIn)
	if err := bareCall(ctx, c); err != nil {
		t.Error(err)
	}
	resp, err := m.GenerateContent(ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "hi")})
	if err != nil || resp.Choices[0].Content != "It was shipped on Tuesday." {
		t.Errorf("%v, %v", resp, err)
	}
	if _, err := bareStream(ctx, c); err != nil {
		t.Error(err)
	}
	if _, err := ourStream(ctx, m); err != nil {
		t.Error(err)
	}
}

func TestMiddle(t *testing.T) {
	if m := middle([]float64{5, 1, 3}); m != 3 {
		t.Errorf("odd: %v", m)
	}
	if m := middle([]float64{4, 1, 3, 2}); m != 2.5 {
		t.Errorf("even: %v", m)
	}
}
