package serve

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/causeway-go/causeway/chain"
)

// live is a streamed run: its events so far, for readers who come and go.
type live struct {
	id      string
	cancel  context.CancelFunc
	earlier int // events of the run before this one went on with it

	mu      sync.Mutex
	events  []stored
	dropped int             // events that no longer fit, from the front
	size    int             // bytes of events
	block   strings.Builder // that the next words go into
	piece   *piece          // of the last piece of text
	done    bool            // no more events will come
	more    chan struct{}   // closed and replaced when events come that somebody waits for
	awaited bool            // somebody has more
	readers int
	window  time.Duration
	idle    *time.Timer // cancels the run when nobody reads
}

// maxKept is how many bytes of events one run keeps for readers that are slow
// or come back.
const maxKept = 4 << 20

// errLagged ends a reader that has fallen further behind than a run keeps.
var errLagged = errors.New("serve: the reader fell too far behind")

func newLive(id string, cancel context.CancelFunc, window time.Duration) *live {
	return &live{id: id, cancel: cancel, more: make(chan struct{}), window: window}
}

// follow puts the events of the same run until its question before those to
// come. It is called before the first.
func (l *live) follow(before *live) {
	before.mu.Lock()
	defer before.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events, l.dropped, l.size = slices.Clone(before.events), before.dropped, before.size
	l.earlier = l.dropped + len(l.events)
}

// count returns the number of the last event.
func (l *live) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped + len(l.events)
}

// add appends an event and wakes the readers.
func (l *live) add(kind chain.Kind, event any) {
	e := l.encode(kind, event)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.push(e)
	l.wake()
}

// finish appends the last events. Whoever reads them can know that they are.
func (l *live) finish(last []stored) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range last {
		l.push(e)
	}
	l.done = true
	if l.idle != nil {
		l.idle.Stop()
	}
	l.wake()
}

// bytes returns how much is kept.
func (l *live) bytes() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.size
}

// over reports whether no more events will come.
func (l *live) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.done
}

// told reports whether nothing comes after event number seen, ever. Behind a
// question the events of its answer may.
func (l *live) told(seen int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.done && seen == l.dropped+len(l.events) && l.events[len(l.events)-1].kind() != chain.Interrupted
}

func (l *live) push(e stored) {
	l.events = append(l.events, e)
	l.size += e.bytes()
	if l.size <= maxKept {
		return
	}
	drop := 0 // a quarter, so that it is not done for each event
	for ; l.size > maxKept*3/4 && drop < len(l.events)-1; drop++ {
		l.size -= l.events[drop].bytes()
	}
	l.events = slices.Clone(l.events[drop:])
	l.dropped += drop
}

func (l *live) wake() {
	if l.awaited {
		close(l.more)
		l.more, l.awaited = make(chan struct{}), false
	}
}

// told is an event as it is sent.
type told struct {
	kind chain.Kind
	data []byte // JSON
}

// next returns the events after number seen (1 is the first), as JSON, whether
// that is all there will ever be, and a channel that closes when there are more.
func (l *live) next(seen int) (events []told, done bool, more <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	after, err := l.after(seen)
	if err != nil {
		return nil, false, nil, err
	}
	for i := range after {
		e := &after[i]
		events = append(events, told{kind: e.kind(), data: e.appendJSON(nil)})
	}
	l.awaited = true
	return events, l.done, l.more, nil
}

// frames appends the events after number seen as a stream has them, and returns
// the number of the last. More is nil where there are more already.
func (l *live) frames(buf []byte, seen int) (out []byte, last int, done bool, more <-chan struct{}, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	after, err := l.after(seen)
	if err != nil {
		return buf, seen, false, nil, err
	}
	for i := range after {
		if len(buf) >= maxPiece { // a slow reader's backlog is not held a second time
			return buf, seen + i, false, nil, nil
		}
		buf = appendEvent(buf, seen+i+1, &after[i])
	}
	l.awaited = true
	return buf, seen + len(after), l.done, l.more, nil
}

// after returns the events after number seen that are there.
func (l *live) after(seen int) ([]stored, error) {
	from := seen - l.dropped
	if from < 0 {
		return nil, errLagged
	}
	return l.events[min(from, len(l.events)):], nil
}

// lagged reports whether the event after number seen is no longer kept.
func (l *live) lagged(seen int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.after(seen)
	return err != nil
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
