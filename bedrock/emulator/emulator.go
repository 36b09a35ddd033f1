package emulator

import (
	"sync"
	"time"
)

// Options configures an Emulator. The zero value answers every valid request
// with a reply that says it is scripted, at once and without limit.
type Options struct {
	Responder  Responder        // nil is Rules()
	Quota      Quota            // of every model, each counted for itself
	ModelQuota map[string]Quota // exceptions, by pattern of the model id; * stands for anything
	Latency    Latency          // how fast models answer, beside what a Reply says
	Faults     []Fault          // what goes wrong: the first that fits a call happens to it
	Seed       uint64           // of ids, padding, latency and random faults: the same seed, the same bytes
	Auth       *Auth            // who may call; nil is everybody

	// Guardrails by id. Nil lets every guardrail id pass and do nothing;
	// otherwise an unknown one is refused.
	Guardrails map[string]Guardrail
}

// Emulator speaks Bedrock's wire protocol. It is an http.Handler, safe for
// concurrent use. It keeps no goroutine and no timer between calls.
type Emulator struct {
	responder  Responder
	guardrails map[string]*guardrail
	faults     []*faultRule
	quota      Quota
	modelQuota map[string]Quota
	patterns   []string // of modelQuota, in order
	latency    Latency
	auth       *Auth
	seed       uint64

	mu       sync.Mutex
	started  time.Time         // the first call since New or Reset; zero before it
	asked    map[uint32]uint32 // how often a fingerprint was seen
	accounts map[string]*account
	log      callLog
}

// New makes an Emulator. A nil o is the zero Options. It panics when a
// guardrail's pattern does not parse.
func New(o *Options) *Emulator {
	if o == nil {
		o = &Options{}
	}
	e := &Emulator{
		responder: o.Responder, quota: o.Quota, modelQuota: o.ModelQuota, patterns: sortedKeys(o.ModelQuota),
		latency: o.Latency, auth: o.Auth, seed: o.Seed,
		asked: make(map[uint32]uint32), accounts: make(map[string]*account),
	}
	if e.responder == nil {
		e.responder = Rules()
	}
	if o.Guardrails != nil {
		e.guardrails = make(map[string]*guardrail, len(o.Guardrails))
	}
	for id, g := range o.Guardrails {
		e.guardrails[id] = compileGuardrail(g)
	}
	for _, f := range o.Faults {
		e.faults = append(e.faults, &faultRule{Fault: f})
	}
	return e
}

// Reset forgets the calls and starts every count anew: the faults', the
// quota's, the script's, the seed's.
func (e *Emulator) Reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.started = time.Time{}
	clear(e.asked)
	clear(e.accounts)
	e.log = callLog{}
	for _, f := range e.faults {
		f.fits = 0
	}
	if r, ok := e.responder.(interface{ Reset() }); ok {
		r.Reset()
	}
}

// maxAsked bounds the memory of what was asked; beyond it counting starts anew.
const maxAsked = 1 << 16

// begin opens the record of a call and gives it its randomness.
func (e *Emulator) begin(op Operation, model string, body []byte) (*Call, source) {
	print := fingerprint(string(op)+" "+model, body)
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	if e.started.IsZero() {
		e.started = now
	}
	if len(e.asked) >= maxAsked {
		clear(e.asked)
	}
	n := e.asked[print]
	e.asked[print]++
	return e.log.add(Call{Time: now, Operation: op, ModelID: model}, len(body)), newSource(e.seed, print, n)
}
