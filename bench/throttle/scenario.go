package main

import (
	"math/rand/v2"
	"time"
)

// scenario is a load on a service.
type scenario struct {
	name     string
	rule     rule
	callers  int
	think    time.Duration // closed loop: mean pause of a caller between calls
	rate     float64       // open loop instead: calls a second, Poisson
	herd     bool          // each caller makes one call, all at once
	length   time.Duration
	deadline time.Duration
	outage   [2]time.Duration // from, to: everything gets 503
	exact    bool             // every call takes 1000 tokens, so that a tiny quota has a clear limit
	misjudge float64          // by how much the estimate of the input is too low
}

// standard is the quota of most scenarios: 20 calls of 1000 tokens a second,
// of which an idle service saves up five seconds' worth.
var standard = rule{TPM: 1_200_000, RPM: 1500, Bucket: 5 * time.Second}

// closed is a closed loop of callers who pause 2.7 s between calls: 64 of them
// ask for about what the quota gives.
func closed(callers int, length time.Duration) scenario {
	sc := scenario{rule: standard, callers: callers, think: 2700 * time.Millisecond, length: length, deadline: time.Minute}
	if callers == 512 {
		sc.think = 2060 * time.Millisecond // ten times the quota, with calls of half a second
	}
	return sc
}

// herd is a thousand calls at once.
func herd() scenario {
	sc := closed(1000, time.Minute)
	sc.herd = true
	return sc
}

// outage is 503 for 30 s, at twice the quota.
func outage(from, length time.Duration) scenario {
	sc := closed(128, length)
	sc.outage = [2]time.Duration{from, from + 30*time.Second}
	return sc
}

// open is an open loop at a multiple of the quota, for 90 s.
func open(times float64) scenario {
	sc := closed(1, 90*time.Second)
	sc.rate = 20 * times
	return sc
}

// tiny is a quota of a few requests a minute for 20 minutes, kept busy by as
// many callers as can be served within their minute.
func tiny(rpm, tpm float64, callers int) scenario {
	return scenario{
		rule: rule{RPM: rpm, TPM: tpm, Bucket: 5 * time.Second}, callers: callers, think: 2700 * time.Millisecond,
		length: 20 * time.Minute, deadline: time.Minute, exact: true,
	}
}

// named gives sc a name.
func named(name string, sc scenario) scenario {
	sc.name = name
	return sc
}

// with changes the rule of sc.
func with(name string, sc scenario, change func(*rule)) scenario {
	sc.name = name
	change(&sc.rule)
	return sc
}

// draw makes a call of 1000 tokens on average.
func (sc scenario) draw(rnd *rand.Rand) work {
	if sc.exact {
		return work{in: 500, out: 500, maxTokens: 1000}
	}
	return work{in: 200 + rnd.IntN(601), out: 100 + rnd.IntN(801), maxTokens: 1500}
}
