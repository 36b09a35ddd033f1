package jobs

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// queue holds messages in memory: which jobs need a worker, and from when on.
type queue struct {
	mu      sync.Mutex
	waiting entries       // by the time they can be received
	changed chan struct{} // closed and replaced when an entry may be due earlier
	count   int           // of all entries ever, for their order
	closed  bool
}

// queued is one message.
type queued struct {
	id    string
	due   time.Time
	order int
	index int  // in the heap
	gone  bool // removed
}

// idle is how long take waits for a message.
const idle = 20 * time.Second

func newQueue() *queue { return &queue{changed: make(chan struct{})} }

func (q *queue) add(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.count++
	heap.Push(&q.waiting, &queued{id: id, due: time.Now(), order: q.count})
	q.wake()
}

// take returns up to max messages that are due, and hides them for hold. It
// waits for the first, but not for ever.
func (q *queue) take(ctx context.Context, max int, hold time.Duration) []*queued {
	until := time.NewTimer(idle)
	defer until.Stop()
	for {
		taken, changed, next := q.due(max, hold)
		if len(taken) > 0 {
			return taken
		}
		timer := time.NewTimer(next)
		select {
		case <-changed:
		case <-timer.C:
		case <-until.C:
			timer.Stop()
			return nil
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
		timer.Stop()
	}
}

// due takes what can be received now, and says when to look again.
func (q *queue) due(max int, hold time.Duration) (taken []*queued, changed <-chan struct{}, next time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	next = idle
	for !q.closed && len(q.waiting) > 0 && len(taken) < max {
		first := q.waiting[0]
		if next = first.due.Sub(now); next > 0 {
			break
		}
		first.due = now.Add(hold)
		heap.Fix(&q.waiting, 0)
		taken = append(taken, first)
	}
	return taken, q.changed, next
}

// hide keeps an entry from being received until d from now.
func (q *queue) hide(e *queued, d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if e.gone {
		return
	}
	e.due = time.Now().Add(d)
	heap.Fix(&q.waiting, e.index)
	q.wake()
}

func (q *queue) remove(e *queued) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if e.gone {
		return
	}
	e.gone = true
	heap.Remove(&q.waiting, e.index)
}

// depth counts the entries that are due.
func (q *queue) depth() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, now := 0, time.Now()
	for _, e := range q.waiting {
		if !e.due.After(now) {
			n++
		}
	}
	return n
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}

func (q *queue) wake() {
	close(q.changed)
	q.changed = make(chan struct{})
}

// entries is a heap by due time, and among equals by order.
type entries []*queued

func (e entries) Len() int { return len(e) }

func (e entries) Less(i, j int) bool {
	if !e[i].due.Equal(e[j].due) {
		return e[i].due.Before(e[j].due)
	}
	return e[i].order < e[j].order
}

func (e entries) Swap(i, j int) {
	e[i], e[j] = e[j], e[i]
	e[i].index, e[j].index = i, j
}

func (e *entries) Push(x any) {
	entry := x.(*queued)
	entry.index = len(*e)
	*e = append(*e, entry)
}

func (e *entries) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}
