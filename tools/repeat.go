package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// DefaultMaxRepeats is how often one and the same call may fail.
const DefaultMaxRepeats = 3

// RepeatError says that a call was not run because it has failed before, with
// the same arguments, as often as it may.
type RepeatError struct {
	Tool  string
	Times int
}

func (e *RepeatError) Error() string {
	return fmt.Sprintf("this call of %s has failed %d times with the same arguments and was not run again: change the arguments, use another tool, or answer without it", e.Tool, e.Times)
}

// repeated returns a *RepeatError for a call that has failed too often.
func (r *runner) repeated(call llms.ToolCall) error {
	if len(r.o.History) == 0 {
		return nil
	}
	limit := r.o.MaxRepeats
	if limit == 0 {
		limit = DefaultMaxRepeats
	}
	if n := Failures(r.o.History, call); n >= limit {
		return &RepeatError{Tool: call.FunctionCall.Name, Times: n}
	}
	return nil
}

// Failures counts how often call has failed in history since somebody last
// said something: the same tool with equal arguments, however they are
// written. A loop of calls ends itself when it sees many of them.
func Failures(history []llms.MessageContent, call llms.ToolCall) int {
	if call.FunctionCall == nil {
		return 0
	}
	wanted := compact(call.FunctionCall.Arguments)
	failed := map[string]bool{} // ids of failed calls
	n := 0
	for _, m := range slices.Backward(history) {
		if m.Role == llms.ChatMessageTypeHuman && !holdsResult(m) {
			break
		}
		for _, p := range m.Parts {
			switch p := p.(type) {
			case message.ToolResult:
				failed[p.ToolCallID] = p.IsError
			case llms.ToolCall:
				if f := p.FunctionCall; f != nil && failed[p.ID] && f.Name == call.FunctionCall.Name && bytes.Equal(compact(f.Arguments), wanted) {
					n++
				}
			}
		}
	}
	return n
}

func holdsResult(m llms.MessageContent) bool {
	return slices.ContainsFunc(m.Parts, func(p llms.ContentPart) bool {
		_, ok := p.(message.ToolResult)
		return ok
	})
}

// compact writes arguments in one way: without spaces, keys sorted.
func compact(arguments string) []byte {
	var v any
	if decode([]byte(arguments), &v, true) != nil {
		return []byte(arguments)
	}
	b, _ := json.Marshal(v)
	return b
}
