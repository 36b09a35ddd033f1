package bedrock

import (
	"context"
	"fmt"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

const opStream = "ConverseStream"

// stream asks with ConverseStream and tells the answer as it comes.
func (m *Model) stream(ctx context.Context, r *request) (*llms.ContentResponse, error) {
	idle := watchIdle(ctx, m.options.StreamIdleTimeout)
	defer idle.stop()
	s := &streamed{request: r, tell: tellerOf(ctx, &r.lc), began: time.Now()}
	out, err := m.client.ConverseStream(idle.ctx, r.streamInput())
	if err != nil {
		return nil, callError(opStream, r.model, idle.cause(err))
	}
	s.requestID, _ = awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	events := out.GetStream()
	defer events.Close()
	if err := s.read(idle, events.Events()); err != nil {
		return nil, err
	}
	if err := s.failure(idle.cause(events.Err())); err != nil {
		return nil, err
	}
	a, err := s.answer()
	if err != nil {
		return nil, streamError(opStream, r.model, s.requestID, err)
	}
	return a.response(), nil
}

// read takes events until the stream ends, however it ends.
func (s *streamed) read(idle *idleWatch, events <-chan types.ConverseStreamOutput) error {
	for {
		select {
		case event, ok := <-events:
			if !ok {
				return nil
			}
			idle.pause()
			if err := s.take(event); err != nil {
				return err
			}
			idle.reset()
		case <-idle.ctx.Done():
			return s.failure(idle.cause(idle.ctx.Err()))
		}
	}
}

// take adds an event to the answer and tells what it holds.
func (s *streamed) take(event types.ConverseStreamOutput) error {
	switch e := event.(type) {
	case *types.ConverseStreamOutputMemberContentBlockDelta:
		return s.delta(s.block(e.Value.ContentBlockIndex), e.Value.Delta)
	case *types.ConverseStreamOutputMemberContentBlockStart:
		return s.start(s.block(e.Value.ContentBlockIndex), e.Value.Start)
	case *types.ConverseStreamOutputMemberMessageStop:
		s.stopped, s.stopReason = true, string(e.Value.StopReason)
		s.fields = e.Value.AdditionalModelResponseFields
	case *types.ConverseStreamOutputMemberMetadata:
		s.metadata = &e.Value
	}
	return nil // messageStart and contentBlockStop tell nothing more; of unknown events nothing is known
}

// failure returns why a stream failed that ended with err, or nil. Once
// messageStop came the answer is whole: a connection lost before the usage was
// told takes nothing from it.
func (s *streamed) failure(err error) error {
	if err == nil {
		if s.stopped {
			return nil
		}
		err = ErrIncompleteStream
	}
	e := streamError(opStream, s.model, s.requestID, err)
	if s.stopped && (e.Code == CodeIncompleteStream || e.Code == CodeStreamIdle) {
		return nil
	}
	return e
}

// first notes when the first content came.
func (s *streamed) first() {
	if s.firstToken == 0 {
		s.firstToken = max(time.Since(s.began), 1)
	}
}

// report tells a piece of the answer. Its errors are the caller's own: callers
// find theirs inside.
func (s *streamed) report(d message.Delta) error {
	if err := s.tell.tell(d); err != nil {
		return fmt.Errorf("bedrock: %s %s: the caller's streaming function: %w", opStream, s.model, err)
	}
	return nil
}

// teller tells pieces of an answer to everybody who wants them.
type teller struct {
	ctx       context.Context
	observer  func(message.Delta) error
	text      func(ctx context.Context, chunk []byte) error
	reasoning func(ctx context.Context, reasoning, chunk []byte) error
}

func tellerOf(ctx context.Context, o *llms.CallOptions) teller {
	return teller{
		ctx:       ctx,
		observer:  message.ObserverOf(ctx).Delta,
		text:      o.StreamingFunc,
		reasoning: o.StreamingReasoningFunc,
	}
}

func (t *teller) tell(d message.Delta) error {
	if t.observer != nil {
		if err := t.observer(d); err != nil {
			return err
		}
	}
	switch d.Kind {
	case message.DeltaText:
		if t.text != nil {
			if err := t.text(t.ctx, []byte(d.Text)); err != nil {
				return err
			}
		}
		if t.reasoning != nil {
			return t.reasoning(t.ctx, nil, []byte(d.Text))
		}
	case message.DeltaReasoning:
		if t.reasoning != nil {
			return t.reasoning(t.ctx, []byte(d.Text), nil)
		}
	}
	return nil
}
