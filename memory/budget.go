package memory

import (
	"context"
	"fmt"

	"github.com/tmc/langchaingo/llms"
)

// Counter counts the tokens of messages as a model would: with the model's own
// CountTokens, or [Estimate].
type Counter func(ctx context.Context, msgs []llms.MessageContent) (int, error)

// BudgetError says that what has to stay in a conversation (its preface,
// pinned turns, the summary) is larger than its budget.
type BudgetError struct {
	Tokens, Budget int
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("what has to stay in the conversation is %d tokens; the budget is %d: pin less, or raise MaxTokens", e.Tokens, e.Budget)
}

// fits returns how many of the last turns are within the window and the
// budget. It asks the counter once when all of the window are, else as often as
// a binary search needs.
func (c *Conversation) fits(ctx context.Context, v view) (int, error) {
	keep := len(v.turns)
	if c.o.Window > 0 {
		keep = min(keep, c.o.Window)
	}
	if c.o.MaxTokens <= 0 {
		return keep, nil
	}
	last := 0
	within := func(n int) (ok bool, err error) {
		msgs := v.newest(n)
		if last = 0; len(msgs) > 0 {
			last, err = c.o.Counter(ctx, msgs)
		}
		return last <= c.o.MaxTokens, err
	}
	if ok, err := within(keep); ok || err != nil {
		return keep, err
	}
	good, bad := -1, keep // bad turns do not fit, good do; -1 is not known to
	for bad-good > 1 {
		middle := (good + bad) / 2
		ok, err := within(middle)
		if err != nil {
			return 0, err
		}
		if ok {
			good = middle
		} else {
			bad = middle
		}
	}
	if good < 0 {
		return 0, &BudgetError{Tokens: last, Budget: c.o.MaxTokens}
	}
	return good, nil
}
