package main

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var only = flag.String("only", "", "")
var every = flag.Duration("every", 0, "")
var seeds = flag.Int("seeds", 2, "")

func TestTune(t *testing.T) {
	closed := func(n int, think time.Duration) scenario {
		return scenario{name: fmt.Sprintf("closed %d", n), rule: standard, callers: n, think: think, length: 180 * time.Second, deadline: 60 * time.Second}
	}
	with := func(sc scenario, name string, f func(*scenario)) scenario { sc.name = name; f(&sc); return sc }
	think := 2700 * time.Millisecond
	c2 := closed(128, think)
	type row struct {
		sc scenario
		p  policy
	}
	gate := ours("gate", 1, 0, nil)
	rows := []row{
		{closed(64, think), gate}, {c2, gate}, {closed(256, think), gate}, {closed(512, 2060*time.Millisecond), gate},
		{with(c2, "herd", func(s *scenario) { s.herd = true; s.callers = 1000 }), gate},
		{with(c2, "outage", func(s *scenario) { s.outage = [2]time.Duration{60 * time.Second, 90 * time.Second} }), gate},
		{with(c2, "open2", func(s *scenario) { s.rate = 40; s.length = 90 * time.Second }), gate},
		{with(c2, "open4", func(s *scenario) { s.rate = 80; s.length = 90 * time.Second }), gate},
		{with(c2, "b1", func(s *scenario) { s.rule.Bucket = time.Second }), gate},
		{with(c2, "b60", func(s *scenario) { s.rule.Bucket = 60 * time.Second }), gate},
		{with(c2, "fixed60", func(s *scenario) { s.rule.Fixed = 60 * time.Second }), gate},
		{with(c2, "charged", func(s *scenario) { s.rule.ChargeRejected = true; s.rule.RPM = 1200 }), gate},
		{with(c2, "burn5", func(s *scenario) { s.rule.Burndown = 5; s.rule.TPM *= 3 }), gate},
		{with(c2, "off20", func(s *scenario) {}), ours("gate off", 1, 0.2, nil)},
		{with(c2, "24M", func(s *scenario) { s.rule.TPM = 24e6; s.rule.RPM = 30000; s.callers = 2560 }), gate},
		{with(closed(256, think), "p4 4x", func(s *scenario) {}), ours("x4", 4, 0, nil)},
		{with(closed(512, 2060*time.Millisecond), "p4 10x", func(s *scenario) {}), ours("x4", 4, 0, nil)},
		{with(closed(512, 2060*time.Millisecond), "p16 10x", func(s *scenario) {}), ours("x16", 16, 0, nil)},
		{with(c2, "p16 herd", func(s *scenario) { s.herd = true; s.callers = 1000 }), ours("x16", 16, 0, nil)},
		{with(c2, "p16 outage", func(s *scenario) { s.outage = [2]time.Duration{60 * time.Second, 90 * time.Second} }), ours("x16", 16, 0, nil)},
		{with(c2, "rpm10", func(s *scenario) {
			s.rule = rule{TPM: 1e6, RPM: 10, Bucket: 5 * time.Second}
			s.callers = 8
			s.length = 20 * time.Minute
			s.small = true
		}), gate},
		{with(c2, "rpm10b60", func(s *scenario) {
			s.rule = rule{TPM: 1e6, RPM: 10, Bucket: 60 * time.Second}
			s.callers = 8
			s.length = 20 * time.Minute
			s.small = true
		}), gate},
		{with(c2, "rpm20", func(s *scenario) {
			s.rule = rule{TPM: 1e6, RPM: 20, Bucket: 5 * time.Second}
			s.callers = 16
			s.length = 20 * time.Minute
			s.small = true
		}), gate},
		{with(c2, "rpm40", func(s *scenario) {
			s.rule = rule{TPM: 1e6, RPM: 40, Bucket: 5 * time.Second}
			s.callers = 30
			s.length = 20 * time.Minute
			s.small = true
		}), gate},
		{with(c2, "tpm30k", func(s *scenario) {
			s.rule = rule{TPM: 30000, RPM: 40, Bucket: 5 * time.Second}
			s.callers = 24
			s.length = 20 * time.Minute
			s.small = true
		}), gate},
	}
	fmt.Printf("%-12s %6s %6s %7s %6s %6s %5s %7s %6s %4s %5s %s\n", "", "calls", "ok%", "amp", "good", "p50", "p99", "jain", "mksp", "into", "recov", "real")
	for _, r := range rows {
		if *only != "" && !strings.Contains(","+*only+",", ","+r.sc.name+",") {
			continue
		}
		for seed := range *seeds {
			real := realNow()
			var s score
			synctest.Test(t, func(t *testing.T) {
				debugGates = nil
				done := make(chan bool)
				if *every > 0 {
					go func() {
						start := time.Now()
						for {
							select {
							case <-done:
								return
							case <-time.After(*every):
							}
							for _, g := range debugGates[:min(4, len(debugGates))] {
								st := g.Stats()
								fmt.Printf("%6.1f rpm %.1f tpm %.0f q %d fl %d wait %v open %v\n", time.Since(start).Seconds(), st.RPM, st.TPM, st.Queue, st.InFlight, st.Wait.Round(time.Millisecond), st.Open)
							}
						}
					}()
				}
				s = run(t.Context(), r.sc, r.p, uint64(seed+1))
				close(done)
			})
			fmt.Printf("%-12s %6d %6.2f %7.3f %6.3f %6.1f %5.1f %7.4f %6.1f %4d %5.1f %v\n", r.sc.name, s.calls, 100*s.okShare(), s.amplification(), s.goodput,
				s.p50.Seconds(), s.p99.Seconds(), s.jain, s.makespan.Seconds(), s.intoOutage, s.recovery.Seconds(), realNow()-real)
		}
	}
}
