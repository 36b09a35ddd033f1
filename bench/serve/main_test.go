package main

import (
	"os"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if beRole() {
		return
	}
	os.Exit(m.Run())
}

func stageOf(t *testing.T) *stage {
	t.Helper()
	if testing.Short() {
		t.Skip("measures for some seconds")
	}
	s, err := newStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// A served stream begins nearly as soon as a direct one. Other programs disturb
// single rounds, so one good round of three is enough.
func TestFirstToken(t *testing.T) {
	s := stageOf(t)
	for _, c := range []struct{ n, rounds int }{{1, 15}, {32, 3}} {
		for try := 1; ; try++ {
			d, v, err := s.firsts("burst", c.n, c.rounds)
			if err != nil {
				t.Fatal(err)
			}
			direct, served := at(d, 50), at(v, 50)
			t.Logf("%d streams: direct %.1f ms, served %.1f ms", c.n, direct, served)
			if served <= 1.1*direct+1 {
				break
			}
			if try == 3 {
				t.Errorf("%d streams: %.1f ms to the first token, of the bare SDK %.1f", c.n, served, direct)
				break
			}
		}
	}
}

// What a stream takes in its middle is a matter of kilobytes and allocations,
// which no other program disturbs.
func TestMemory(t *testing.T) {
	stageOf(t).stop() // skips
	direct, served, err := costs(256)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("bare SDK %.1f KiB, %.1f allocations a chunk; server %.1f KiB, %.1f goroutines, %.1f allocations a chunk",
		direct.live, direct.allocs, served.live, served.goroutines, served.allocs)
	if more := served.live - direct.live; more > moreMemory {
		t.Errorf("a stream takes %.1f KiB more than the bare SDK's", more)
	}
	if served.goroutines > 9.2 || served.allocs > 11 {
		t.Errorf("%.1f goroutines for each stream, %.1f allocations for each chunk; want 9 and 9", served.goroutines, served.allocs)
	}
}

func TestSlowReadersHoldUpNobody(t *testing.T) {
	s := stageOf(t)
	alone, among, err := s.beside(32, 16, 1)
	if err != nil {
		t.Fatal(err)
	}
	a, b := at(alone.Total, 50), at(among.Total, 50)
	t.Logf("a whole stream: alone %.0f ms, beside slow readers %.0f ms", a, b)
	if b > 1.15*a {
		t.Errorf("beside slow readers a stream takes %.0f ms, alone %.0f", b, a)
	}
}

func TestIdleClients(t *testing.T) {
	stageOf(t).stop() // skips
	w, err := idle(1000, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f KiB live, %.1f KiB resident, %.1f goroutines", w.live, w.resident, w.goroutines)
	if w.live > idleMemory || w.goroutines > 4.1 {
		t.Errorf("an idle client takes %.1f KiB and %.1f goroutines, want less than %d and 4", w.live, w.goroutines, idleMemory)
	}
}
