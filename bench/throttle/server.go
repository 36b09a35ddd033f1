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

// service is the server's side: it reserves input + max_tokens when a request
// arrives and settles what was used when it ends. It keeps the score.
type service struct {
	mu      sync.Mutex
	rule    rule
	start   time.Time
	tokens  bucket
	request bucket
	latency func() time.Duration
	down    func(sinceStart time.Duration) bool

	served, refused, broken int
	settled                 float64
	servedAt                []time.Duration
}

type bucket struct {
	perSecond, capacity, level float64
	at                         time.Time
}

func newService(r rule, seed uint64) *service {
	rnd := rand.New(rand.NewPCG(seed, 1))
	var mu sync.Mutex
	s := &service{rule: r, start: time.Now()}
	s.tokens = newBucket(r.TPM/60, r, s.start, 0)
	s.request = newBucket(r.RPM/60, r, s.start, 1)
	s.latency = func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return time.Duration(math.Exp(rnd.NormFloat64()*0.4-0.8) * float64(time.Second)) // 0.2 to 1 s, mostly
	}
	s.down = func(time.Duration) bool { return false }
	return s
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
	s.request.refill(now, s.rule.Fixed, s.start)
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

// arrive reserves what a request needs, or refuses it.
func (s *service) arrive(reserve float64) *failure {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refill()
	if s.down(time.Since(s.start)) {
		s.broken++
		return unavailable
	}
	if s.request.level < 1 || s.tokens.level < reserve {
		s.refused++
		f := tooManyTokens
		if s.request.level < 1 {
			f = tooManyRequests
		}
		if s.rule.ChargeRejected {
			s.request.level = max(0, s.request.level-1)
		}
		return f
	}
	s.request.level--
	s.tokens.level -= reserve
	return nil
}

// leave settles a request.
func (s *service) leave(reserve float64, in, out int, counts bool) {
	used := float64(in) + float64(out)*max(1, s.rule.Burndown)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refill()
	s.tokens.credit(reserve - used)
	if counts {
		s.served++
		s.settled += used
		s.servedAt = append(s.servedAt, time.Since(s.start))
	}
}

// serve is one whole exchange: how long it takes, how it ends. out is what
// the model writes.
func (s *service) serve(ctx context.Context, in, out, maxTokens int) error {
	reserve := float64(in + maxTokens)
	if f := s.arrive(reserve); f != nil {
		if err := pause(ctx, 25*time.Millisecond); err != nil {
			return err
		}
		return f
	}
	err := pause(ctx, s.latency())
	s.leave(reserve, in, out, err == nil)
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

// limit returns the most tokens and requests anybody could have got in d.
func (s *service) limit(d time.Duration) (tokens, requests float64) {
	if s.rule.Fixed > 0 {
		windows := math.Ceil(d.Seconds() / s.rule.Fixed.Seconds())
		return s.tokens.capacity * windows, s.request.capacity * windows
	}
	return s.tokens.capacity + s.tokens.perSecond*d.Seconds(), s.request.capacity + s.request.perSecond*d.Seconds()
}
