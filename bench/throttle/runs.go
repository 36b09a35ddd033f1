package main

import "time"

// trial is a scenario, the policy to play it with, and what it should come to.
type trial struct {
	sc   scenario
	p    policy
	goal goal
}

// goal is what a score should reach. A zero field asks for nothing.
type goal struct {
	served     float64       // at least
	perSuccess float64       // at most
	goodput    float64       // at least
	p99        float64       // at most, of the ideal's
	jain       float64       // at least
	makespan   float64       // at most, of the ideal's
	into       int           // at most
	recovery   time.Duration // at most
	achievable float64       // at least, of what the ideal serves
}

// ourTrials are the scenarios in which the gate alone is measured, on the
// light service, with nothing configured.
func ourTrials() []trial {
	long := 180 * time.Second
	twice := closed(128, long)
	overload := goal{served: 0.999, perSuccess: 1.03, goodput: 0.99, p99: 1.1, jain: 0.99}
	rules := goal{served: 0.999, perSuccess: 1.03, goodput: 0.985}
	alone := gate("gate", 1, nil)
	return append([]trial{
		{named("1x", closed(64, long)), alone, goal{served: 0.999, perSuccess: 1.03}},
		{named("2x", twice), alone, overload},
		{named("4x", closed(256, long)), alone, overload},
		{named("10x", closed(512, long)), alone, overload},
		{named("herd of 1000", herd()), alone, goal{served: 1, makespan: 1.03}},
		{named("outage of 30 s", outage(time.Minute, long)), alone, goal{served: 1, into: 25, recovery: 2 * time.Second}},
		{named("open loop 2x", open(2)), alone, goal{achievable: 0.97}},
		{named("open loop 4x", open(4)), alone, goal{achievable: 0.95}},
		{with("1 s bucket", twice, func(r *rule) { r.Bucket = time.Second }), alone, rules},
		{with("60 s bucket", twice, func(r *rule) { r.Bucket = time.Minute }), alone, rules},
		{with("fixed windows of 60 s", twice, func(r *rule) { r.Fixed = time.Minute }), alone, goal{served: 0.999, perSuccess: 1.05, goodput: 0.985}},
		{with("refusals charged", twice, func(r *rule) { r.ChargeRejected = true }), alone, rules},
		{with("burndown 5, not configured", twice, func(r *rule) { r.Burndown, r.TPM = 5, 3*r.TPM }), alone, rules},
		{misjudged(twice), alone, rules},
		{with("24M TPM, 2560 callers", closed(2560, long), func(r *rule) { r.TPM, r.RPM = 24e6, 30_000 }), alone, rules},
	}, hardTrials()...)
}

// hardTrials are those in which the gate has the least to go by: others at the
// same quota that it cannot see, and quotas of a few calls a minute.
func hardTrials() []trial {
	long := 180 * time.Second
	alone := gate("gate", 1, nil)
	tinyGoal := goal{served: 0.999, perSuccess: 1.5, goodput: 0.9}
	return []trial{
		{named("4 processes, 4x", closed(256, long)), gate("4 gates", 4, nil), goal{served: 0.999, perSuccess: 1.10}},
		{named("4 processes, 10x", closed(512, long)), gate("4 gates", 4, nil), goal{served: 0.999, perSuccess: 1.10}},
		{named("16 processes, 10x", closed(512, long)), gate("16 gates", 16, nil), goal{served: 0.98, perSuccess: 1.2}},
		{named("16 processes, herd", herd()), gate("16 gates", 16, nil), goal{served: 0.95}},
		// Which of the callers goes first is the scheduler's: 0 to 3 calls of 560 are lost.
		{named("10 RPM, bucket of one call", tiny(10, 1e6, 8)), alone, goal{served: 0.99, perSuccess: 1.5, goodput: 0.87}},
		{named("20 RPM", tiny(20, 1e6, 16)), alone, tinyGoal},
		{named("40 RPM", tiny(40, 1e6, 30)), alone, tinyGoal},
		{named("40 RPM, 30k TPM", tiny(40, 30_000, 24)), alone, tinyGoal},
	}
}

func misjudged(sc scenario) scenario {
	sc.name, sc.misjudge = "estimates 20 % too low", 0.2
	return sc
}

// sideBySide are the scenarios that every policy plays, through the real
// client and the emulator.
func sideBySide(long time.Duration) []scenario {
	return []scenario{
		named("2x", closed(128, long)),
		named("4x", closed(256, long)),
		named("10x", closed(512, long)),
		named("herd", herd()),
		named("outage", outage(long/3, long)),
	}
}
