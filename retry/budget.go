package retry

import (
	"errors"
	"sync"
)

// Budget bounds the retries of all calls that share it to a share of the
// calls, so that a service in trouble is not buried under repetitions. Each
// call pays in, each retry takes out; while there is nothing to take, failures
// are returned as they come. It is for [Do]; a [Gate] needs none. A Budget is
// safe for concurrent use.
type Budget struct {
	mu          sync.Mutex
	share, most float64
	saved       float64
}

// BudgetOptions are the settings of [NewBudget].
type BudgetOptions struct {
	Share float64 // retries that each call pays for; 0 means 0.2
	Burst int     // retries that may be saved up, and are there at first; 0 means 10
}

// NewBudget returns a full budget. Nil options are the defaults.
func NewBudget(o *BudgetOptions) *Budget {
	if o == nil {
		o = &BudgetOptions{}
	}
	b := &Budget{share: o.Share, most: float64(o.Burst)}
	if b.share <= 0 {
		b.share = 0.2
	}
	if b.most <= 0 {
		b.most = 10
	}
	b.saved = b.most
	return b
}

// ErrBudget is why a failure was not retried when its [Policy] has a [Budget]
// and that was spent.
var ErrBudget = errors.New("retry: the retry budget is spent")

// pay pays in for one call. A nil Budget takes nothing.
func (b *Budget) pay() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.saved = min(b.saved+b.share, b.most)
}

// take takes out one retry, or returns ErrBudget. A nil Budget has no bottom.
func (b *Budget) take() error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.saved < 1 {
		return ErrBudget
	}
	b.saved--
	return nil
}
