package emulator

import (
	"context"
	"encoding/json"
	"time"
)

// Responder decides what the model answers. It is called from many goroutines
// at once. An error of type *Failure reaches the client as it is; any other
// becomes a 500 InternalServerException.
//
// A Responder that also has a method Reset() is reset with its Emulator.
type Responder interface {
	Respond(ctx context.Context, r *Request) (*Reply, error)
}

// RespondFunc is a function as a Responder.
type RespondFunc func(ctx context.Context, r *Request) (*Reply, error)

// Respond calls f.
func (f RespondFunc) Respond(ctx context.Context, r *Request) (*Reply, error) { return f(ctx, r) }

// Reply is what the model answers.
type Reply struct {
	Content []Block
	// StopReason defaults to tool_use when Content holds a tool call, else to
	// end_turn. While it is unset the request's maxTokens and stopSequences
	// are obeyed: text beyond them is cut, and the reason says so.
	StopReason string
	// Usage defaults to an estimate; see EstimateTokens.
	Usage *Usage
	// Chunks cuts the text of a streamed reply at these places: the pieces
	// are the deltas of the first text block, whose text they make up. Nil
	// cuts before each word.
	Chunks []string
	// First is the time to the first event and Chunk the time between
	// deltas; both add to what Options.Latency says. A reply that is not
	// streamed takes as long as the whole stream would have taken.
	First, Chunk time.Duration
	// Trace and AdditionalFields go into the answer as they are.
	Trace            json.RawMessage
	AdditionalFields json.RawMessage

	waits []time.Duration // before the first event and between deltas; see Latency.plan
	raw   *recorded       // Replay: answer this, byte for byte
}

// Usage counts the tokens of one answer.
type Usage struct {
	Input, Output         int
	CacheRead, CacheWrite int
}

// TextReply is a reply of text alone.
func TextReply(text string) *Reply { return &Reply{Content: []Block{{Text: &text}}} }

// finish settles what the responder left open.
func (r *Reply) finish(req *Request, newID func() string) *Reply {
	out := *r
	out.Content = make([]Block, len(r.Content))
	toolUse := false
	for i, b := range r.Content {
		if b.ToolUse != nil {
			call := *b.ToolUse
			if call.ID == "" {
				call.ID = newID()
			}
			if call.Input == nil {
				call.Input = json.RawMessage("{}")
			}
			if call.Type == "" {
				call.Type = "tool_use"
			}
			b.ToolUse, toolUse = &call, true
		}
		out.Content[i] = b
	}
	if out.StopReason == "" {
		out.StopReason = "end_turn"
		if toolUse {
			out.StopReason = "tool_use"
		}
		out.limit(&req.InferenceConfig)
	}
	if out.Usage == nil {
		out.Usage = &Usage{Input: req.InputTokens(), Output: outputTokens(out.Content)}
	}
	return &out
}
