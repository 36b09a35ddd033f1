package serve

import (
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

// maxRecords is how many finished runs are remembered, and with them their
// events for maxKept bytes each as long as they are the newest maxStreams.
const (
	maxRecords = 10_000
	maxStreams = 256
)

// ledger knows the runs that go on and the last ones that ended.
type ledger struct {
	mu      sync.Mutex
	live    map[string]*live
	ended   []string // ids of ended streams whose events are kept, oldest first
	records map[string]Record
	order   []string // of records, oldest first
	cancels map[string]func()
}

func newLedger() *ledger {
	return &ledger{live: map[string]*live{}, records: map[string]Record{}, cancels: map[string]func(){}}
}

// begin notes a run that can be cancelled.
func (g *ledger) begin(id string, cancel func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cancels[id] = cancel
}

// open notes a streamed run.
func (g *ledger) open(l *live) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.live[l.id] = l
}

// end notes that a run is over and what it was.
func (g *ledger) end(r Record) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.cancels, r.RunID)
	if _, known := g.records[r.RunID]; !known {
		g.order = append(g.order, r.RunID)
	}
	g.records[r.RunID] = r
	if len(g.order) > maxRecords {
		delete(g.records, g.order[0])
		g.order = g.order[1:]
	}
	if g.live[r.RunID] == nil {
		return
	}
	g.ended = append(g.ended, r.RunID)
	if len(g.ended) > maxStreams {
		delete(g.live, g.ended[0])
		g.ended = g.ended[1:]
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
