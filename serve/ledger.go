package serve

import (
	"slices"
	"sync"

	"github.com/causeway-go/causeway/chain"
)

// Record is what is kept of a run for those who ask later. It holds nothing
// that a person or a model said.
type Record struct {
	RunID   string            `json:"runId"`
	Chain   string            `json:"chain"`
	Labels  map[string]string `json:"labels,omitempty"`
	Prompts []chain.PromptUse `json:"prompts,omitempty"`
}

// What is remembered of finished runs: the newest records, and the events of the
// newest streams.
const (
	maxRecords     = 10_000
	maxStreams     = 256
	maxStreamBytes = 64 << 20
)

// ledger knows the runs that go on and the last ones that ended.
type ledger struct {
	mu      sync.Mutex
	live    map[string]*live
	ended   []string // ids of ended streams whose events are kept, oldest first
	records map[string]Record
	order   []string       // of records, oldest first
	cancels map[int]func() // of what goes on
	last    int            // key in cancels
}

func newLedger() *ledger {
	return &ledger{live: map[string]*live{}, records: map[string]Record{}, cancels: map[int]func(){}}
}

// begin notes work that can be cancelled, until over is called.
func (g *ledger) begin(cancel func()) (over func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last++
	key := g.last
	g.cancels[key] = cancel
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.cancels, key)
	}
}

// open notes a streamed run, or that one goes on: then its events follow those
// of before.
func (g *ledger) open(l *live) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if before := g.live[l.id]; before != nil {
		l.follow(before)
		g.ended = slices.DeleteFunc(g.ended, func(id string) bool { return id == l.id })
	}
	g.live[l.id] = l
}

// end notes that a run is over, or waits, and what it was.
func (g *ledger) end(r Record) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, known := g.records[r.RunID]; !known {
		g.order = append(g.order, r.RunID)
	}
	g.records[r.RunID] = r
	if len(g.order) > maxRecords {
		delete(g.records, g.order[0])
		g.order = g.order[1:]
	}
	if g.live[r.RunID] == nil || slices.Contains(g.ended, r.RunID) {
		return
	}
	g.ended = append(g.ended, r.RunID)
	g.trim()
}

// trim forgets the oldest ended streams where they are too much.
func (g *ledger) trim() {
	size := 0
	for i, id := range slices.Backward(g.ended) {
		if size += g.live[id].bytes(); size > maxStreamBytes || len(g.ended)-i > maxStreams {
			for _, old := range g.ended[:i+1] {
				delete(g.live, old)
			}
			g.ended = g.ended[i+1:]
			return
		}
	}
}

// stream returns a streamed run that goes on or has lately ended.
func (g *ledger) stream(id string) *live {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.live[id]
}

// record returns what is known of an ended run.
func (g *ledger) record(id string) (Record, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, ok := g.records[id]
	return r, ok
}

func (g *ledger) cancelAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, cancel := range g.cancels {
		cancel()
	}
}
