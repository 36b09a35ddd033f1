package metrics

import "github.com/causeway-go/causeway/chain"

// Event counts one event. Hand it to what runs chains, as
// chain.RunOptions.Events for example, once for each run: a run that is heard
// twice is counted twice. A token costs a few nanoseconds and no memory.
//
// A step is counted when it ends. What an agent had spent when it began to
// wait for an answer is counted once it has the answer and is done; what it
// had spent when it failed is counted then, and once more when the run is
// resumed at its checkpoint and the step ends.
func (m *Metrics) Event(e chain.Event) {
	switch e.Kind {
	case chain.RunStarted:
		m.begun(&e)
	case chain.StepFinished:
		m.spent(&e)
	case chain.ToolResult:
		m.used(&e)
	case chain.Retry:
		m.retried(&e)
	case chain.RunFinished, chain.Interrupted:
		m.ended(&e)
	}
}
