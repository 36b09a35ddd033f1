package serve

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/causeway-go/causeway/chain"
)

// live is a streamed run: its events so far, for readers who come and go.
type live struct {
	id     string
	cancel context.CancelFunc

	mu      sync.Mutex
	events  []stored
	dropped int           // events that no longer fit, from the front
	size    int           // bytes of events
	done    bool          // no more events will come
	more    chan struct{} // closed and replaced when events come
	readers int
	window  time.Duration
	idle    *time.Timer // cancels the run when nobody reads
}

// stored is one event, encoded once for all readers.
type stored struct {
	kind chain.Kind
	data []byte // JSON
}

// maxKept is how many bytes of events one run keeps for readers that are slow
// or come back.
const maxKept = 4 << 20

// errLagged ends a reader that has fallen further behind than a run keeps.
var errLagged = errors.New("serve: the reader fell too far behind")

func newLive(id string, cancel context.CancelFunc, window time.Duration) *live {
	return &live{id: id, cancel: cancel, more: make(chan struct{}), window: window}
}

// add appends an event and wakes the readers.
func (l *live) add(kind chain.Kind, event any) {
	data, err := json.Marshal(event)
	if err != nil { // a step made a value that JSON has no form for
		data, _ = json.Marshal(chain.Event{Kind: kind, RunID: l.id, Error: "the event cannot be written as JSON"})
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, stored{kind, data})
	l.size += len(data)
	for l.size > maxKept && len(l.events) > 1 {
		l.size -= len(l.events[0].data)
		l.events[0].data = nil
		l.events = l.events[1:]
		l.dropped++
	}
	l.wake()
}

// finish says that no more events come.
func (l *live) finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done = true
	if l.idle != nil {
		l.idle.Stop()
	}
	l.wake()
}

func (l *live) wake() {
	close(l.more)
	l.more = make(chan struct{})
}

// next returns the events after number seen (1 is the first), whether that is
// all there will ever be, and a channel that closes when there are more.
func (l *live) next(seen int) (events []stored, done bool, more <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := seen - l.dropped
	if from < 0 {
		return nil, false, nil, errLagged
	}
	if from > len(l.events) {
		from = len(l.events)
	}
	return l.events[from:len(l.events):len(l.events)], l.done, l.more, nil
}

// join counts a reader; part lets it go, and cancels the run when it was the
// last and nobody comes within the window.
func (l *live) join() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readers++
	if l.idle != nil {
		l.idle.Stop()
		l.idle = nil
	}
}

func (l *live) part() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readers--
	if l.readers > 0 || l.done {
		return
	}
	if l.window <= 0 {
		l.cancel()
		return
	}
	l.idle = time.AfterFunc(l.window, l.cancel)
}
