package main

import (
	"fmt"
	"time"
)

// idleMemory is what an idle client may take, so that 10,000 fit into 600 MB.
const idleMemory = 60 // KiB

// waiting is what each of n clients costs whose runs wait.
type waiting struct {
	live, resident, goroutines float64 // KiB
	cpu                        float64 // share of one CPU, of all clients together
}

// idle weighs a new server with n clients whose runs wait, and looks on for a
// while.
func idle(n int, watch time.Duration) (w waiting, err error) {
	s, err := newStage()
	if err != nil {
		return w, err
	}
	defer s.stop()
	if err := s.holdOpen(s.direct, "idle", 16, false); err != nil {
		return w, err
	}
	before, err := s.server.weigh()
	if err != nil {
		return w, err
	}
	if err := s.holdOpen(s.through, "idle", n, false); err != nil {
		return w, err
	}
	during, err := s.server.weigh()
	if err != nil {
		return w, err
	}
	began, err := s.server.weigh() // without the collection's own time
	if err != nil {
		return w, err
	}
	time.Sleep(watch)
	after, err := s.server.weigh()
	if err != nil {
		return w, err
	}
	each := func(a, b int64, unit float64) float64 { return float64(b-a) / float64(n) / unit }
	return waiting{
		live: each(before.Live, during.Live, 1024), resident: each(before.Resident, during.Resident, 1024),
		goroutines: each(int64(before.Goroutines), int64(during.Goroutines), 1),
		cpu:        float64(after.CPU-began.CPU) / float64(watch.Nanoseconds()),
	}, nil
}

func benchIdle(_ *stage, g *goals) error {
	const n, watch = 10_000, 30 * time.Second
	w, err := idle(n, watch)
	if err != nil {
		return err
	}
	fmt.Printf("\n%d clients whose runs wait, heard of every 15 seconds\n  each: %.1f KiB live, %.1f KiB resident, %.1f goroutines; together %.1f %% of a CPU over %v\n",
		n, w.live, w.resident, w.goroutines, 100*w.cpu, watch)
	g.hold("resident KiB of an idle client", w.resident, idleMemory)
	g.hold("percent of a CPU for 10,000 idle clients", 100*w.cpu, 10)
	return nil
}
