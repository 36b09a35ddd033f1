package main

import (
	"testing"
	"time"
)

// TestGoals holds the gate to its figures in virtual time, on seeds that were
// not used for tuning. The service is the light model of one.
func TestGoals(t *testing.T) {
	for _, x := range ourTrials() {
		t.Run(x.sc.name, func(t *testing.T) {
			s, err := virtualScore(t, x.sc, x.p, lightService, reportSeeds)
			if err != nil {
				t.Fatal(err)
			}
			var best score
			if x.goal.needsIdeal() {
				if best, err = virtualScore(t, x.sc, ideal(), lightService, reportSeeds); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("served %.2f %%, %.3f attempts for each success, goodput %.1f %%, p99 %.1f s, Jain %.4f, into the outage %d, recovery %v",
				100*s.served(), s.perSuccess(), 100*s.goodput, s.p99.Seconds(), s.jain, s.into, s.recovery)
			for _, miss := range x.goal.missed(s, best) {
				t.Error(miss)
			}
		})
	}
}

// TestWire plays the gate through the real client and the emulator, in virtual
// time: the light service must not flatter it.
func TestWire(t *testing.T) {
	for _, sc := range sideBySide(90 * time.Second) {
		for _, p := range []policy{gate("gate", 1, nil), gateRetryer("gate as the SDK's retryer")} {
			t.Run(sc.name+"/"+p.name, func(t *testing.T) {
				s, err := virtualScore(t, sc, p, wireInProcess, reportSeeds[:1])
				if err != nil {
					t.Fatal(err)
				}
				if s.served() < 0.999 || s.perSuccess() > 1.05 {
					t.Errorf("served %.2f %%, %.3f attempts for each success", 100*s.served(), s.perSuccess())
				}
			})
		}
	}
}

// TestHTTP plays the gate over loopback HTTP in real time.
func TestHTTP(t *testing.T) {
	if testing.Short() {
		t.Skip("two minutes of real time")
	}
	short := 40 * time.Second
	for _, sc := range []scenario{named("4x", closed(256, short)), named("herd", herd())} {
		t.Run(sc.name, func(t *testing.T) {
			s, err := httpScore(t.Context(), sc, gate("gate", 1, nil), reportSeeds[0])
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("served %.2f %%, %.3f attempts for each success, goodput %.1f %%, p99 %.1f s, makespan %.1f s of %.1f s",
				100*s.served(), s.perSuccess(), 100*s.goodput, s.p99.Seconds(), s.makespan.Seconds(), s.limit.Seconds())
			if s.served() < 0.999 || s.perSuccess() > 1.08 {
				t.Errorf("served %.2f %%, %.3f attempts for each success", 100*s.served(), s.perSuccess())
			}
		})
	}
}
