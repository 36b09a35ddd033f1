package memory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// Summarizer makes one summary of the summary so far ("" at first) and the
// messages that come after it. It is given whole turns.
type Summarizer func(ctx context.Context, before string, old []llms.MessageContent) (string, error)

// summaryRole marks the message that holds a summary in the store. No writer
// of messages uses it, so nothing that somebody says is taken for a summary.
const summaryRole llms.ChatMessageType = "summary"

func storedSummary(summary string) llms.MessageContent {
	return llms.TextParts(summaryRole, summary)
}

func takeSummary(msgs []llms.MessageContent) (string, []llms.MessageContent) {
	if len(msgs) == 0 || msgs[0].Role != summaryRole {
		return "", msgs
	}
	var text strings.Builder
	for _, p := range msgs[0].Parts {
		if t, ok := p.(llms.TextContent); ok {
			text.WriteString(t.Text)
		}
	}
	return text.String(), msgs[1:]
}

// shownSummary is the summary as a model sees it: told by the user and
// acknowledged, so that roles alternate and what users once said does not come
// back with the authority of the system.
func shownSummary(summary string) []llms.MessageContent {
	if summary == "" {
		return nil
	}
	return []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeHuman, "<conversation_summary>\n"+summary+"\n</conversation_summary>\nThis is what we talked about before."),
		llms.TextParts(llms.ChatMessageTypeAI, "I have it in mind."),
	}
}

// fold summarizes all but the newest keep turns and puts the summary in their
// place.
func (c *Conversation) fold(ctx context.Context, v view, keep int, at Revision) (History, error) {
	summary, err := c.o.Summarizer(ctx, v.summary, v.older(keep))
	if summary = strings.TrimSpace(summary); err == nil && summary == "" {
		err = errors.New("the summary is empty")
	}
	if err != nil {
		return c.unfolded(ctx, v, at, fmt.Errorf("summarize: %w", err))
	}
	v.turns, v.pinned = v.newestTurns(keep)
	v.summary = summary
	if keep, err = c.fits(ctx, v); err != nil {
		return History{}, err // a summary that does not fit is not stored
	}
	stored := slices.Insert(v.stays(len(v.turns)), 0, storedSummary(summary))
	if at, err = c.store.Replace(ctx, c.session, at, stored); err != nil {
		return History{}, err
	}
	if len(v.older(keep)) > 0 {
		return c.fold(ctx, v, (keep+1)/2, at) // the summary itself took the room
	}
	return History{Messages: v.newest(keep), Revision: at}, nil
}

// unfolded shows what fits when the summarizer failed.
func (c *Conversation) unfolded(ctx context.Context, v view, at Revision, err error) (History, error) {
	if c.o.SummaryFailed == nil || ctx.Err() != nil {
		return History{}, err
	}
	c.o.SummaryFailed(err)
	keep, err := c.fits(ctx, v)
	return History{Messages: v.newest(keep), Revision: at}, err
}

// newestTurns returns the turns that stay when all but the last n go.
func (v view) newestTurns(n int) (turns []turn, pinned []bool) {
	for i, t := range v.turns {
		if v.pinned[i] || i >= len(v.turns)-n {
			turns, pinned = append(turns, t), append(pinned, v.pinned[i])
		}
	}
	return turns, pinned
}
