package bedrock

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/message"
)

const opInvokeStream = "InvokeModelWithResponseStream"

// InvokeStream asks a model with InvokeModelWithResponseStream and yields its
// chunks, each a JSON text in the model's own form, as they come. An error is
// the last thing yielded and is an *Error. A stream that ends without the
// closing chunk that every model's has is an ErrIncompleteStream. Leaving the
// loop ends the request.
func InvokeStream(ctx context.Context, client InvokeClient, v Invocation) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		in, err := v.streamInput()
		if err != nil {
			yield(nil, err)
			return
		}
		timeout := v.StreamIdleTimeout
		if timeout == 0 {
			timeout = defaultStreamIdleTimeout
		}
		idle := watchIdle(ctx, timeout)
		defer idle.stop()
		out, err := client.InvokeModelWithResponseStream(idle.ctx, in)
		if err != nil {
			yield(nil, callError(opInvokeStream, v.Model, idle.cause(err)))
			return
		}
		s := &chunks{model: v.Model, idle: idle, stream: out.GetStream()}
		s.requestID, _ = awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
		defer s.stream.Close()
		s.yieldAll(yield)
	}
}

func (v *Invocation) streamInput() (*bedrockruntime.InvokeModelWithResponseStreamInput, error) {
	if v.Model == "" {
		return nil, invalid(opInvokeStream, "", "no model id")
	}
	in := &bedrockruntime.InvokeModelWithResponseStreamInput{
		ModelId:                  &v.Model,
		Body:                     v.Body,
		ContentType:              new(v.contentType()),
		Accept:                   new(v.accept()),
		PerformanceConfigLatency: types.PerformanceConfigLatency(v.Performance),
		ServiceTier:              types.ServiceTierType(v.ServiceTier),
	}
	var err error
	if in.RequestMetadata, err = v.metadata(); err != nil {
		return nil, invalid(opInvokeStream, v.Model, err.Error())
	}
	in.GuardrailIdentifier, in.GuardrailVersion, in.Trace = v.guardrail()
	return in, nil
}

// chunks reads one stream.
type chunks struct {
	model     string
	requestID string
	idle      *idleWatch
	stream    *bedrockruntime.InvokeModelWithResponseStreamEventStream
	last      []byte
}

func (s *chunks) yieldAll(yield func([]byte, error) bool) {
	for {
		select {
		case event, ok := <-s.stream.Events():
			if !ok {
				if err := s.end(); err != nil {
					yield(nil, err)
				}
				return
			}
			s.idle.pause()
			if chunk, ok := event.(*types.ResponseStreamMemberChunk); ok {
				s.last = chunk.Value.Bytes
				if !yield(s.last, nil) {
					return
				}
			}
			s.idle.reset()
		case <-s.idle.ctx.Done():
			yield(nil, streamError(opInvokeStream, s.model, s.requestID, s.idle.cause(s.idle.ctx.Err())))
			return
		}
	}
}

// end returns why the stream ended, nil when it was complete.
func (s *chunks) end() error {
	if err := s.idle.cause(s.stream.Err()); err != nil {
		return streamError(opInvokeStream, s.model, s.requestID, err)
	}
	if !closes(s.last) {
		return streamError(opInvokeStream, s.model, s.requestID, ErrIncompleteStream)
	}
	return nil
}

// metricsKey and blockedKey mark the chunk that closes a stream: Bedrock adds
// its own counts to a model's last chunk, or a guardrail stopped it. All 106
// recorded streams that were not ended by an exception end in one of them.
var (
	metricsKey = []byte(`"amazon-bedrock-invocationMetrics"`)
	blockedKey = []byte(`"amazon-bedrock-guardrailAction":"INTERVENED"`)
)

func closes(chunk []byte) bool {
	return bytes.Contains(chunk, metricsKey) || bytes.Contains(chunk, blockedKey)
}

// InvokedUsage returns the counts that Bedrock adds to the last chunk of a
// stream, and false for every other chunk.
func InvokedUsage(chunk []byte) (message.Usage, time.Duration, bool) {
	if !bytes.Contains(chunk, metricsKey) {
		return message.Usage{}, 0, false
	}
	var c struct {
		Metrics struct {
			InputTokenCount, OutputTokenCount                   int
			CacheReadInputTokenCount, CacheWriteInputTokenCount int
			InvocationLatency                                   int64
		} `json:"amazon-bedrock-invocationMetrics"`
	}
	if err := json.Unmarshal(chunk, &c); err != nil {
		return message.Usage{}, 0, false
	}
	m := c.Metrics
	return message.Usage{
		Input: m.InputTokenCount, Output: m.OutputTokenCount,
		CacheRead: m.CacheReadInputTokenCount, CacheWrite: m.CacheWriteInputTokenCount,
	}, time.Duration(m.InvocationLatency) * time.Millisecond, true
}
