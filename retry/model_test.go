package retry_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/tmc/langchaingo/llms"
)

// apiError is an error as smithy and the bedrock package make them.
type apiError struct {
	code, message string
	status        int
	after         time.Duration
}

func (e *apiError) Error() string             { return fmt.Sprintf("%d %s: %s", e.status, e.code, e.message) }
func (e *apiError) ErrorCode() string         { return e.code }
func (e *apiError) ErrorMessage() string      { return e.message }
func (e *apiError) HTTPStatusCode() int       { return e.status }
func (e *apiError) RetryAfter() time.Duration { return e.after }

var (
	errThrottled   = &apiError{code: "ThrottlingException", message: "Too many requests, please wait before trying again.", status: http.StatusTooManyRequests}
	errTokens      = &apiError{code: "ThrottlingException", message: "Too many tokens, please wait before trying again.", status: http.StatusTooManyRequests}
	errDaily       = &apiError{code: "ThrottlingException", message: "Too many tokens per day, please wait before trying again.", status: http.StatusTooManyRequests}
	errUnavailable = &apiError{code: "ServiceUnavailableException", message: "try later", status: http.StatusServiceUnavailable}
	errModel       = &apiError{code: "ModelErrorException", message: "the model failed", status: http.StatusFailedDependency}
	errInvalid     = &apiError{code: "ValidationException", message: "messages: roles must alternate", status: http.StatusBadRequest}
)

// scripted is a model that does what its turns say, one a call; after the last
// it answers "ok". It knows message's parts and streams to the observer.
type scripted struct {
	mu    sync.Mutex
	turns []turn
	calls int
	times []time.Time
	opts  []llms.CallOptions
}

// turn is one call: what it streams, what it takes, how it ends.
type turn struct {
	deltas []message.Delta
	takes  time.Duration
	err    error
}

func (*scripted) MessageAware() {}

func (s *scripted) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, s, prompt, opts...)
}

func (s *scripted) GenerateContent(ctx context.Context, _ []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	var asked llms.CallOptions
	for _, o := range opts {
		o(&asked)
	}
	t := s.next(asked)
	for _, d := range t.deltas {
		if err := stream(ctx, asked, d); err != nil {
			return nil, err
		}
	}
	if t.takes > 0 {
		select {
		case <-time.After(t.takes):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if t.err != nil {
		return nil, t.err
	}
	choice := &llms.ContentChoice{Content: "ok", StopReason: "end_turn"}
	message.Attach(choice, message.Info{Usage: message.Usage{Input: 10, Output: 5}, Model: "scripted"})
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{choice}}, nil
}

func (s *scripted) next(asked llms.CallOptions) turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	s.times = append(s.times, time.Now())
	s.opts = append(s.opts, asked)
	if len(s.turns) == 0 {
		return turn{}
	}
	t := s.turns[0]
	s.turns = s.turns[1:]
	return t
}

func stream(ctx context.Context, asked llms.CallOptions, d message.Delta) error {
	if f := asked.StreamingFunc; f != nil && d.Kind == message.DeltaText {
		if err := f(ctx, []byte(d.Text)); err != nil {
			return err
		}
	}
	if f := asked.StreamingReasoningFunc; f != nil && d.Kind == message.DeltaReasoning {
		if err := f(ctx, []byte(d.Text), nil); err != nil {
			return err
		}
	}
	if f := message.ObserverOf(ctx).Delta; f != nil {
		return f(d)
	}
	return nil
}

// fails makes n turns that end with err.
func fails(n int, err error) []turn {
	turns := make([]turn, n)
	for i := range turns {
		turns[i].err = err
	}
	return turns
}

func text(s string) message.Delta { return message.Delta{Kind: message.DeltaText, Text: s} }

var hello = []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "hello")}

// watch returns a context whose notices are appended to the slice.
func watch(ctx context.Context) (context.Context, *[]message.Notice) {
	var heard []message.Notice
	return message.WithObserver(ctx, message.Observer{Notice: func(n message.Notice) { heard = append(heard, n) }}), &heard
}

var errCallback = errors.New("the reader went away")
