package emulator

import (
	"strings"
	"time"
)

// Quota is what one model may be asked, as Bedrock counts it: a call reserves
// its input and max_tokens when it begins and settles to input + cache writes
// + output x burndown when it ends. Zero fields do not limit.
type Quota struct {
	RPM        int // requests a minute
	TPM        int // tokens a minute
	TPD        int // tokens a day
	Concurrent int // calls at a time

	// Depth is how much of a minute's quota can be saved up. 0 is a whole
	// minute.
	Depth time.Duration
	// FixedWindow counts in whole minutes from the first call, in place of
	// buckets that refill all the time.
	FixedWindow bool
	// Burndown is what an output token weighs. 0 is 5 for Claude 3.7 and
	// later, else 1.
	Burndown float64
	// MaxTokens is reserved for a request that sets no max_tokens. 0 is the
	// model's maximum as far as it is known, else 64000 for Claude 3.7 and
	// later and 4096 for the rest.
	MaxTokens int
	// ChargeRejected makes refused calls count as requests.
	ChargeRejected bool
}

func (q Quota) limits() bool { return q.RPM > 0 || q.TPM > 0 || q.TPD > 0 || q.Concurrent > 0 }

func (q Quota) burndown(model string) float64 {
	switch {
	case q.Burndown > 0:
		return q.Burndown
	case recentClaude(model):
		return 5
	}
	return 1
}

func (q Quota) reserve(req *Request) int {
	n := q.MaxTokens
	switch {
	case req.InferenceConfig.MaxTokens != nil:
		n = *req.InferenceConfig.MaxTokens
	case n > 0:
	case limitOf(req.ModelID).maxOutput > 0:
		n = limitOf(req.ModelID).maxOutput
	case recentClaude(req.ModelID):
		n = 64_000
	default:
		n = 4096
	}
	return req.InputTokens() + n
}

// recentClaude tells Claude 3.7 and what came after it, whose output counts
// five times and may be 64000 tokens long.
func recentClaude(model string) bool {
	_, name, ok := strings.Cut(model, "anthropic.claude-")
	if !ok {
		return false
	}
	for _, old := range []string{"v2", "instant", "3-haiku", "3-sonnet", "3-opus", "3-5-"} {
		if strings.HasPrefix(name, old) {
			return false
		}
	}
	return true
}

// account is what one model has used. The emulator's mutex guards it.
type account struct {
	quota            Quota
	requests, tokens meter
	day              time.Time // when the day began
	dayTokens        float64
	running          int
}

func newAccount(q Quota, now time.Time) *account {
	depth := q.Depth
	if depth <= 0 {
		depth = time.Minute
	}
	return &account{
		quota:    q,
		requests: meter{perMinute: float64(q.RPM), depth: depth, fixed: q.FixedWindow, at: now}.filled(),
		tokens:   meter{perMinute: float64(q.TPM), depth: depth, fixed: q.FixedWindow, at: now}.filled(),
		day:      now,
	}
}

// admit reserves for a call; the message says which limit refuses it.
func (a *account) admit(now time.Time, reserve int) string {
	cost := float64(reserve)
	a.requests.advance(now)
	a.tokens.advance(now)
	if d := now.Sub(a.day); d >= 24*time.Hour {
		a.day, a.dayTokens = a.day.Add(d.Truncate(24*time.Hour)), 0
	}
	message := ""
	switch {
	case a.quota.Concurrent > 0 && a.running >= a.quota.Concurrent:
		message = msgConcurrent
	case a.quota.RPM > 0 && !a.requests.has(1):
		message = msgRequests
	case a.quota.TPD > 0 && a.dayTokens+cost > float64(a.quota.TPD):
		message = msgDaily
	case a.quota.TPM > 0 && !a.tokens.has(cost):
		message = msgTokens
	}
	if message != "" {
		if a.quota.ChargeRejected {
			a.requests.take(1)
		}
		return message
	}
	a.requests.take(1)
	a.tokens.take(cost)
	a.dayTokens += cost
	a.running++
	return ""
}

// settle ends a call that reserved and used so much.
func (a *account) settle(now time.Time, reserved int, used float64) {
	a.running--
	a.tokens.advance(now)
	a.tokens.take(used - float64(reserved))
	a.dayTokens += used - float64(reserved)
}

// meter counts one dimension: a bucket that refills, or a window.
type meter struct {
	perMinute float64
	depth     time.Duration
	fixed     bool
	level     float64 // what is left; below zero after a costly settlement
	at        time.Time
}

func (m meter) capacity() float64 {
	if m.fixed {
		return m.perMinute
	}
	return m.perMinute * m.depth.Minutes()
}

func (m meter) filled() meter {
	m.level = m.capacity()
	return m
}

func (m *meter) advance(now time.Time) {
	d := now.Sub(m.at)
	if m.fixed {
		if n := d.Truncate(time.Minute); n > 0 {
			m.level, m.at = m.capacity(), m.at.Add(n)
		}
		return
	}
	m.level, m.at = min(m.level+m.perMinute*d.Minutes(), m.capacity()), now
}

// has tells whether n fit. What is more than the bucket holds, but not more
// than a minute's quota, fits a full bucket.
func (m *meter) has(n float64) bool {
	return n <= m.perMinute && m.level >= min(n, m.capacity())-1e-6
}

func (m *meter) take(n float64) { m.level = min(m.level-n, m.capacity()) }
