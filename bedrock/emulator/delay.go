package emulator

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Latency is how fast models answer. Every wait is drawn anew from the
// emulator's seed; the zero value does not wait.
type Latency struct {
	First Delay // until the first event
	Chunk Delay // before each further delta
}

// Delay is a distribution of waiting times. The zero value is none.
type Delay struct {
	kind string
	a, b time.Duration
}

// Fixed always waits d.
func Fixed(d time.Duration) Delay { return Delay{"fixed", d, 0} }

// Uniform waits between low and high, every time as likely.
func Uniform(low, high time.Duration) Delay { return Delay{"uniform", low, high} }

// Exponential waits mean in the mean, often less and now and then much more.
func Exponential(mean time.Duration) Delay { return Delay{"exponential", mean, 0} }

// LogNormal waits at most median half of the time and at most p95 95 % of it:
// the shape that service latencies have.
func LogNormal(median, p95 time.Duration) Delay { return Delay{"lognormal", median, p95} }

// z95 is the 95 % point of the normal distribution.
const z95 = 1.6448536269514722

func (d Delay) draw(s source) time.Duration {
	switch d.kind {
	case "fixed":
		return d.a
	case "uniform":
		return d.a + time.Duration(s.Float64()*float64(d.b-d.a))
	case "exponential":
		return time.Duration(s.ExpFloat64() * float64(d.a))
	case "lognormal":
		sigma := math.Log(float64(d.b)/float64(d.a)) / z95
		return time.Duration(float64(d.a) * math.Exp(sigma*s.NormFloat64()))
	}
	return 0
}

// String writes the form that ParseDelay reads.
func (d Delay) String() string {
	switch d.kind {
	case "":
		return "0s"
	case "fixed":
		return d.a.String()
	case "exponential":
		return fmt.Sprintf("exponential(%s)", d.a)
	}
	return fmt.Sprintf("%s(%s,%s)", d.kind, d.a, d.b)
}

// ParseDelay reads a duration such as 300ms, or uniform(100ms,300ms),
// exponential(200ms), lognormal(300ms,900ms): median and 95 % point.
func ParseDelay(s string) (Delay, error) {
	s = strings.TrimSpace(s)
	name, args, ok := strings.Cut(strings.TrimSuffix(s, ")"), "(")
	if !ok || !strings.HasSuffix(s, ")") {
		name, args = "fixed", s
	}
	want := map[string]int{"fixed": 1, "exponential": 1, "uniform": 2, "lognormal": 2}[name]
	parts := strings.Split(args, ",")
	if want == 0 || len(parts) != want {
		return Delay{}, fmt.Errorf("emulator: %q is no delay; want 300ms, uniform(100ms,300ms), exponential(200ms) or lognormal(300ms,900ms)", s)
	}
	d := Delay{kind: name}
	for i, dst := range []*time.Duration{&d.a, &d.b}[:want] {
		v, err := time.ParseDuration(strings.TrimSpace(parts[i]))
		if err != nil || v < 0 {
			return Delay{}, fmt.Errorf("emulator: %q in the delay %q is no duration of at least 0", parts[i], s)
		}
		*dst = v
	}
	if want == 2 && d.b < d.a || name == "lognormal" && d.a == 0 {
		return Delay{}, fmt.Errorf("emulator: the delay %q wants its first duration above 0 and no larger than the second", s)
	}
	return d, nil
}

// plan draws every wait of a reply: before the first event, then between its
// deltas. Nil is no wait at all.
func (l Latency) plan(r *Reply, deltas func() int, s source) []time.Duration {
	if r.First == 0 && r.Chunk == 0 && l == (Latency{}) {
		return nil
	}
	waits := make([]time.Duration, max(deltas(), 1))
	waits[0] = r.First + l.First.draw(s)
	for i := range waits[1:] {
		waits[i+1] = r.Chunk + l.Chunk.draw(s)
	}
	return waits
}
