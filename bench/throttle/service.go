package main

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// rule is how the simulated service counts: the quotas, and what Bedrock does
// not document about them.
type rule struct {
	TPM, RPM       float64
	Bucket         time.Duration // how much of the quota an idle service saves up
	Fixed          time.Duration // instead of a bucket: windows of this length, each with its own quota
	ChargeRejected bool          // refused requests count against RPM
	Burndown       float64       // quota tokens for one output token; 0 means 1
}

// service is a light model of the service's side, in process and without a
// wire: it reserves input + max_tokens when a request arrives and settles what
// was used when it ends.
type service struct {
	mu       sync.Mutex
	rule     rule
	start    time.Time
	tokens   bucket
	requests bucket
	latency  func() time.Duration
	outage   [2]time.Duration
	seen     counts
}

// counts is how many requests reached a service, and what became of them.
type counts struct{ served, refused, broken int }

type bucket struct {
	perSecond, capacity, level float64
	at                         time.Time
}

func newService(r rule, outage [2]time.Duration, seed uint64) *service {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var mu sync.Mutex
	s := &service{rule: r, start: time.Now(), outage: outage}
	s.tokens = newBucket(r.TPM/60, r, s.start, 0)
	s.requests = newBucket(r.RPM/60, r, s.start, 1)
	s.latency = func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return time.Duration(math.Exp(rnd.NormFloat64()*0.4-0.8) * float64(time.Second)) // 0.2 to 1 s, mostly
	}
	return s
}

func (s *service) counts() counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// down reports whether there is an outage now.
func (s *service) down() bool {
	d := time.Since(s.start)
	return d >= s.outage[0] && d < s.outage[1]
}

func newBucket(perSecond float64, r rule, now time.Time, atLeast float64) bucket {
	length := r.Bucket
	if r.Fixed > 0 {
		length = r.Fixed
	}
	c := max(perSecond*length.Seconds(), atLeast)
	return bucket{perSecond: perSecond, capacity: c, level: c, at: now}
}

func (b *bucket) refill(now time.Time, fixed time.Duration, start time.Time) {
	if fixed > 0 {
		if now.Sub(start)/fixed > b.at.Sub(start)/fixed {
			b.level = b.capacity
		}
	} else {
		b.level = min(b.capacity, b.level+b.perSecond*now.Sub(b.at).Seconds())
	}
	b.at = now
}

func (b *bucket) credit(n float64) { b.level = min(b.capacity, b.level+n) }

func (s *service) refill() {
	now := time.Now()
	s.tokens.refill(now, s.rule.Fixed, s.start)
	s.requests.refill(now, s.rule.Fixed, s.start)
}

// failure is how the service refuses.
type failure struct {
	status        int
	code, message string
}

func (f *failure) Error() string        { return f.code + ": " + f.message }
func (f *failure) ErrorCode() string    { return f.code }
func (f *failure) ErrorMessage() string { return f.message }
func (f *failure) HTTPStatusCode() int  { return f.status }

var (
	tooManyTokens   = &failure{http.StatusTooManyRequests, "ThrottlingException", "Too many tokens, please wait before trying again."}
	tooManyRequests = &failure{http.StatusTooManyRequests, "ThrottlingException", "Too many requests, please wait before trying again."}
	unavailable     = &failure{http.StatusServiceUnavailable, "ServiceUnavailableException", "The service is unavailable."}
)

// admit reserves what a request needs, or refuses it.
func (s *service) admit(reserve float64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refill()
	switch {
	case s.down():
		s.seen.broken++
		return unavailable
	case s.requests.level >= 1 && s.tokens.level >= reserve:
		s.requests.level--
		s.tokens.level -= reserve
		return nil
	}
	s.seen.refused++
	f := tooManyTokens
	if s.requests.level < 1 {
		f = tooManyRequests
	}
	if s.rule.ChargeRejected {
		s.requests.level = max(0, s.requests.level-1)
	}
	return f
}

// fits reports whether a request would be let through, and a context's end as
// if it would.
func (s *service) fits(ctx context.Context, reserve float64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refill()
	late := false
	if d, ok := ctx.Deadline(); ok {
		late = time.Until(d) < time.Second
	}
	return s.requests.level >= 1 && s.tokens.level >= reserve || late
}

// leave settles a request.
func (s *service) leave(reserve float64, in, out int, answered bool) {
	used := float64(in) + float64(out)*max(1, s.rule.Burndown)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refill()
	s.tokens.credit(reserve - used)
	if answered {
		s.seen.served++
	}
}

// refusalTime is how long a refusal takes to arrive.
const refusalTime = 25 * time.Millisecond

// exchange is one request, from its arrival to its answer.
func (s *service) exchange(ctx context.Context, w work) error {
	if refusal := s.admit(w.reserve()); refusal != nil {
		if err := pause(ctx, refusalTime); err != nil {
			return err
		}
		return refusal
	}
	return s.answer(ctx, w)
}

// answer is the part of an exchange after the request was let through.
func (s *service) answer(ctx context.Context, w work) error {
	err := pause(ctx, s.latency())
	s.leave(w.reserve(), w.in, w.out, err == nil)
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// limit returns the most tokens and requests anybody could get in d.
func (r rule) limit(d time.Duration) (tokens, requests float64) {
	perSecond := [2]float64{r.TPM / 60, r.RPM / 60}
	if r.Fixed > 0 {
		windows := math.Ceil(d.Seconds()/r.Fixed.Seconds()) * r.Fixed.Seconds()
		return perSecond[0] * windows, perSecond[1] * windows
	}
	all := d.Seconds() + r.Bucket.Seconds()
	return perSecond[0] * all, max(perSecond[1]*r.Bucket.Seconds(), 1) + perSecond[1]*d.Seconds()
}
