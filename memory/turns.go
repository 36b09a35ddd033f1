package memory

import (
	"slices"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// turn is what belongs together: a message somebody wrote and all that came of
// it, up to the next. A tool call and its result are in one turn.
type turn []llms.MessageContent

// split cuts msgs into turns. What stands before the first message that
// somebody wrote, such as a system message or a greeting, is the preface.
func split(msgs []llms.MessageContent) (preface []llms.MessageContent, turns []turn) {
	from := -1
	for i, m := range msgs {
		if !begins(m) || i > 0 && from >= 0 && begins(msgs[i-1]) {
			continue // a second message in a row belongs to the first
		}
		if from < 0 {
			preface = msgs[:i]
		} else {
			turns = append(turns, msgs[from:i])
		}
		from = i
	}
	if from < 0 {
		return msgs, nil
	}
	return preface, append(turns, msgs[from:])
}

// begins says whether m begins a turn: somebody wrote it, and it does not
// carry the results of tools, which Bedrock also sends in the user's role.
func begins(m llms.MessageContent) bool {
	if m.Role != llms.ChatMessageTypeHuman && m.Role != llms.ChatMessageTypeGeneric {
		return false
	}
	return !slices.ContainsFunc(m.Parts, isResult)
}

func isResult(p llms.ContentPart) bool {
	switch p.(type) {
	case message.ToolResult, llms.ToolCallResponse:
		return true
	}
	return false
}

// view is a session split into what always stays and what may go.
type view struct {
	summary string // of what was there before; "" where nothing was folded
	preface []llms.MessageContent
	turns   []turn
	pinned  []bool // of turns
}

func (c *Conversation) view(msgs []llms.MessageContent) view {
	v := view{}
	v.summary, msgs = takeSummary(msgs)
	v.preface, v.turns = split(msgs)
	v.pinned = make([]bool, len(v.turns))
	if c.o.Pin == nil {
		return v
	}
	for i, t := range v.turns {
		v.pinned[i] = slices.ContainsFunc(t, c.o.Pin)
	}
	return v
}

// newest returns what a model sees when all but the last n turns go.
func (v view) newest(n int) []llms.MessageContent {
	if v.summary == "" {
		return v.stays(n)
	}
	return append(shownSummary(v.summary), v.stays(n)...)
}

// stays returns the messages that stay in the store when all but the last n
// turns go: without the summary.
func (v view) stays(n int) []llms.MessageContent {
	size := len(v.preface)
	for i, t := range v.turns {
		if v.pinned[i] || i >= len(v.turns)-n {
			size += len(t)
		}
	}
	kept := append(make([]llms.MessageContent, 0, size+8), v.preface...) // room for the next turn
	for i, t := range v.turns {
		if v.pinned[i] || i >= len(v.turns)-n {
			kept = append(kept, t...)
		}
	}
	return kept
}

// older returns the messages that go then.
func (v view) older(n int) []llms.MessageContent {
	var gone []llms.MessageContent
	for i, t := range v.turns {
		if !v.pinned[i] && i < len(v.turns)-n {
			gone = append(gone, t...)
		}
	}
	return gone
}
