package chain

import (
	"context"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// turn returns turn n, from 1, of an agent, as far as it is written down.
func (j *journal) turn(path string, n int) (turn, bool) {
	if j == nil || n > len(j.turns[path]) {
		return turn{}, false
	}
	return j.turns[path][n-1], true
}

// addTurn writes down what a model answered, before its tools run: so a
// process that believes the run to be its own, and is wrong, learns it before
// it calls a tool.
func (j *journal) addTurn(ctx context.Context, f frame, n int, said llms.MessageContent) error {
	if j == nil {
		return nil
	}
	raw, err := message.Marshal([]llms.MessageContent{said})
	if err != nil {
		return err
	}
	cost := f.res.StepResult
	return j.add(ctx, entry{Kind: "turn", Key: f.path, Turn: n, Said: raw, Result: &cost})
}

// addCall writes down the result of a tool call.
func (j *journal) addCall(ctx context.Context, path string, n, i int, r message.ToolResult) error {
	if j == nil {
		return nil
	}
	raw, err := message.Marshal([]llms.MessageContent{toolResults{r}.message()})
	if err != nil {
		return err
	}
	return j.add(ctx, entry{Kind: "call", Key: path, Turn: n, Call: i, Said: raw})
}
