package main

import "context"

// work is one call that a caller wants made.
type work struct{ in, out, maxTokens int }

// reserve is what a service reserves for it.
func (w work) reserve() float64 { return float64(w.in + w.maxTokens) }

// backend is a service to call: the light model of one, or the emulator
// behind the real client.
type backend interface {
	// exchange sends one request and waits for its answer, without retries.
	exchange(ctx context.Context, w work) error
	counts() counts
}

// policy is a way to make calls. start is called once for each process and
// returns what that process does for one call.
type policy struct {
	name      string
	processes int // 0 means 1
	start     func(b backend, sc scenario, seed uint64) (func(context.Context, work) error, error)
}

// rivals are the policies that ours is set beside, as people write them.
func rivals() []policy {
	return []policy{
		plainLoop("loop 1-2-4 s", false),
		plainLoop("loop, full jitter", true),
		sdkStandard("SDK standard", 3),
		sdkStandard("SDK standard, 10 attempts", 10),
		sdkAdaptive("SDK adaptive"),
		failsafeRetry("failsafe-go, until the deadline"),
		timeRate("x/time/rate at the true quota"),
	}
}
