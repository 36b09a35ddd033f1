package emulator

import "time"

// grant is a call that was let through. Settling it twice is harmless.
type grant struct {
	e        *Emulator
	account  *account // nil without a quota
	reserved int
	burndown float64
}

// maxAccounts bounds how many models are counted; beyond it all begin anew.
const maxAccounts = 10_000

// admit asks the quota of the request's model.
func (e *Emulator) admit(req *Request) (*grant, *Failure) {
	q := e.quotaOf(req.ModelID)
	if !q.limits() {
		return &grant{}, nil
	}
	reserved := q.reserve(req)
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	a := e.accounts[req.ModelID]
	if a == nil {
		if len(e.accounts) >= maxAccounts {
			clear(e.accounts)
		}
		a = newAccount(q, now)
		e.accounts[req.ModelID] = a
	}
	if message := a.admit(now, reserved); message != "" {
		return nil, &Failure{Code: "ThrottlingException", Message: message}
	}
	return &grant{e, a, reserved, q.burndown(req.ModelID)}, nil
}

// settle charges what was used; nil is a call that came to nothing.
func (g *grant) settle(u *Usage) {
	if g.account == nil {
		return
	}
	used := 0.0
	if u != nil {
		used = float64(u.Input+u.CacheWrite) + float64(u.Output)*g.burndown
	}
	g.e.mu.Lock()
	defer g.e.mu.Unlock()
	g.account.settle(time.Now(), g.reserved, used)
	g.account = nil
}

// quotaOf is the quota of a model: of the first pattern that fits it, in
// alphabetical order, else Options.Quota.
func (e *Emulator) quotaOf(model string) Quota {
	for _, p := range e.patterns {
		if globs(p, model) {
			return e.modelQuota[p]
		}
	}
	return e.quota
}
