package main

import "time"

// a pair is a scenario and the policy to play it with.
type pair struct {
	sc scenario
	p  policy
}

// ourRuns are the scenarios in which the gate alone is measured, on the light
// service.
func ourRuns() []pair {
	alone := gate("gate", 1, nil)
	long := 180 * time.Second
	twice := closed(128, long)
	misjudged := named("estimates 20 % low", twice)
	misjudged.misjudge = 0.2
	large := with("24M TPM", closed(2560, long), func(r *rule) { r.TPM, r.RPM = 24e6, 30_000 })
	large.think = 2700 * time.Millisecond
	return []pair{
		{named("1x", closed(64, long)), alone},
		{named("2x", twice), alone},
		{named("4x", closed(256, long)), alone},
		{named("10x", closed(512, long)), alone},
		{named("herd of 1000", herd()), alone},
		{named("outage of 30 s", outage(60*time.Second, long)), alone},
		{named("open loop 2x", open(2)), alone},
		{named("open loop 4x", open(4)), alone},
		{with("1 s bucket", twice, func(r *rule) { r.Bucket = time.Second }), alone},
		{with("60 s bucket", twice, func(r *rule) { r.Bucket = time.Minute }), alone},
		{with("60 s windows", twice, func(r *rule) { r.Fixed = time.Minute }), alone},
		{with("refusals charged", twice, func(r *rule) { r.ChargeRejected = true }), alone},
		{with("burndown 5", twice, func(r *rule) { r.Burndown, r.TPM = 5, 3*r.TPM }), alone},
		{misjudged, alone},
		{large, alone},
		{named("4 processes, 4x", closed(256, long)), gate("4 gates", 4, nil)},
		{named("4 processes, 10x", closed(512, long)), gate("4 gates", 4, nil)},
		{named("16 processes, 10x", closed(512, long)), gate("16 gates", 16, nil)},
		{named("16 processes, herd", herd()), gate("16 gates", 16, nil)},
		{named("10 RPM", tiny(10, 1e6, 8)), alone},
		{named("20 RPM", tiny(20, 1e6, 16)), alone},
		{named("40 RPM", tiny(40, 1e6, 30)), alone},
		{named("30k TPM", tiny(40, 30_000, 24)), alone},
	}
}
