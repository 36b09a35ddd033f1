package message_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// foreign is a model that knows langchaingo alone. It streams "Hel", "lo" and
// one thought when asked to stream.
type foreign struct {
	llms.Model
	got []llms.MessageContent
}

func (f *foreign) GenerateContent(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	f.got = msgs
	var o llms.CallOptions
	for _, opt := range opts {
		opt(&o)
	}
	if o.StreamingReasoningFunc != nil {
		if err := o.StreamingReasoningFunc(ctx, []byte("hm"), nil); err != nil {
			return nil, err
		}
	}
	for _, chunk := range []string{"Hel", "lo"} {
		if o.StreamingFunc != nil {
			if err := o.StreamingFunc(ctx, []byte(chunk)); err != nil {
				return nil, err
			}
		}
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: "Hello"}}}, nil
}

type aware struct{ foreign }

func (*aware) MessageAware() {}

var question = []llms.MessageContent{{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{
	message.Guarded{Text: "hi"}, message.CachePoint{},
}}}

func collect(ctx context.Context, deltas *[]message.Delta) context.Context {
	return message.WithObserver(ctx, message.Observer{Delta: func(d message.Delta) error {
		*deltas = append(*deltas, d)
		return nil
	}})
}

func TestGenerateBridgesForeignModels(t *testing.T) {
	reasoning := message.Delta{Kind: message.DeltaReasoning, Text: "hm"}
	text := func(s string) message.Delta { return message.Delta{Kind: message.DeltaText, Text: s} }
	for _, tt := range []struct {
		name string
		opts []llms.CallOption
		want []message.Delta
	}{
		{"text as it comes", nil, []message.Delta{reasoning, text("Hel"), text("lo")}},
		{"with tools, text at the end", []llms.CallOption{llms.WithTools([]llms.Tool{{}})}, []message.Delta{reasoning, text("Hello")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []message.Delta
			m := &foreign{}
			if _, err := message.Generate(collect(t.Context(), &got), m, question, tt.opts...); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("deltas (-want +got):\n%s", diff)
			}
			plain := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "hi")}
			if diff := cmp.Diff(plain, m.got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGenerateKeepsTheCallersCallbacks(t *testing.T) {
	var deltas []message.Delta
	var chunks string
	_, err := message.Generate(collect(t.Context(), &deltas), &foreign{}, question,
		llms.WithStreamingFunc(func(_ context.Context, c []byte) error { chunks += string(c); return nil }))
	if err != nil || chunks != "Hello" || len(deltas) != 3 {
		t.Errorf("chunks %q, %d deltas, %v", chunks, len(deltas), err)
	}
}

func TestGenerateStopsWhenTheObserverSaysSo(t *testing.T) {
	stop := errors.New("enough")
	ctx := message.WithObserver(t.Context(), message.Observer{Delta: func(message.Delta) error { return stop }})
	if _, err := message.Generate(ctx, &foreign{}, question); !errors.Is(err, stop) {
		t.Errorf("error %v, want the observer's", err)
	}
}

func TestGenerateLeavesAwareModelsAlone(t *testing.T) {
	var deltas []message.Delta
	m := &aware{}
	if _, err := message.Generate(collect(t.Context(), &deltas), m, question); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(question, m.got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if len(deltas) != 0 {
		t.Errorf("deltas %v: an aware model tells the observer itself", deltas)
	}
}
