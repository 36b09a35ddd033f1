package retry

import (
	"container/heap"
	"time"
)

// waiter is one call in a gate's queue.
type waiter struct {
	turn
	deadline time.Time // zero for none
	queued   time.Time // when it joined
	order    uint64    // breaks ties of since
	index    int       // in the heap; -1 once it left
	ready    chan admission
}

// admission is what a waiter is told: go, or why not.
type admission struct {
	grant *Grant
	err   error
}

// queue holds waiters by the arrival of their call. A call that was refused
// comes back with its old arrival, and so to the front.
type queue struct {
	heap   waiters
	tokens float64 // sum of the costs
	next   uint64
	newest time.Time // the latest since that ever joined
}

func (q *queue) len() int { return len(q.heap) }

func (q *queue) push(w *waiter) {
	q.next++
	w.order = q.next
	if w.since.After(q.newest) {
		q.newest = w.since
	}
	q.tokens += w.cost.total()
	heap.Push(&q.heap, w)
}

func (q *queue) first() *waiter { return q.heap[0] }

// remove takes w out, wherever it stands.
func (q *queue) remove(w *waiter) {
	heap.Remove(&q.heap, w.index)
	q.tokens -= w.cost.total()
	if len(q.heap) == 0 {
		q.tokens = 0 // no drift from adding and subtracting floats
	}
}

// ahead returns how many calls, and tokens, stand before one that began at since.
func (q *queue) ahead(since time.Time) (calls, tokens float64) {
	if len(q.heap) == 0 || since.Before(q.heap[0].since) {
		return 0, 0
	}
	if !since.Before(q.newest) {
		return float64(len(q.heap)), q.tokens
	}
	for _, w := range q.heap {
		if w.since.Before(since) {
			calls++
			tokens += w.cost.total()
		}
	}
	return calls, tokens
}

// waiters implements heap.Interface.
type waiters []*waiter

func (h waiters) Len() int { return len(h) }

func (h waiters) Less(i, j int) bool {
	if h[i].since.Equal(h[j].since) {
		return h[i].order < h[j].order
	}
	return h[i].since.Before(h[j].since)
}

func (h waiters) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *waiters) Push(x any) {
	w := x.(*waiter)
	w.index = len(*h)
	*h = append(*h, w)
}

func (h *waiters) Pop() any {
	last := len(*h) - 1
	w := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	w.index = -1
	return w
}
