package metrics

import "github.com/causeway-go/causeway/chain"

// Event counts one event. Hand it to what runs chains, as
// chain.RunOptions.Events for example, once for each run: a run that is heard
// twice is counted twice. A token costs a few nanoseconds and no memory.
//
// What a step costs is counted when it ends, or when it begins to wait for a
// human. A run that is resumed, in whatever process, counts what it spends from
// then on; what a process spends in a step within which it is killed is lost.
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
