package emulator

import "time"

// Call is one call the emulator received.
type Call struct {
	Number    int // from 1
	Time      time.Time
	Operation Operation
	ModelID   string
	Request   *Request // nil when the body could not be read as a request
	Status    int      // of the response; 0 while it is not decided, and after a reset connection
	Error     string   // the code of what was answered instead of a reply, or broke the stream
	Fault     bool     // a fault of Options.Faults happened to it

	StopReason string
	Usage      Usage
	Duration   time.Duration // until the response was written
}

// The log keeps the newest calls: this many, with bodies of this many bytes.
const (
	maxCalls     = 10_000
	maxCallBytes = 64 << 20
)

type callLog struct {
	calls []*Call
	sizes []int
	bytes int
	next  int
}

func (l *callLog) add(c Call, size int) *Call {
	l.next++
	c.Number = l.next
	l.calls, l.sizes = append(l.calls, &c), append(l.sizes, size)
	l.bytes += size
	for len(l.calls) > maxCalls || l.bytes > maxCallBytes && len(l.calls) > 1 {
		l.bytes -= l.sizes[0]
		l.calls[0] = nil
		l.calls, l.sizes = l.calls[1:], l.sizes[1:]
	}
	return &c
}

// Calls returns what was asked, oldest first: the newest 10000 calls, fewer
// when their bodies exceed 64 MiB. The requests are shared: read only.
func (e *Emulator) Calls() []Call {
	e.mu.Lock()
	defer e.mu.Unlock()
	calls := make([]Call, len(e.log.calls))
	for i, c := range e.log.calls {
		calls[i] = *c
	}
	return calls
}

// note changes the record of a call.
func (e *Emulator) note(c *Call, change func(*Call)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(c)
}
