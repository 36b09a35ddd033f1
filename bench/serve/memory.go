package main

import (
	"fmt"
	"time"
)

// What a stream may take: above the bare SDK's as it is measured beside it, and
// of the system, where the issue counts with 120 for the bare SDK.
const (
	moreMemory = 64               // KiB
	residence  = 120 + moreMemory // KiB
)

// cost is what each of a number of streams takes.
type cost struct {
	live, resident, goroutines float64 // KiB, in the middle of the stream
	cpu, allocs                float64 // microseconds and number, of each chunk
}

// middle weighs p in the middle of n streams: what it has more than before
// them. Live is the heap after a collection with all stacks, resident what the
// system has given it, garbage included.
func (s *stage) middle(how string, p *process, n int) (c cost, err error) {
	if _, err := s.drive(how, "burst", 16); err != nil { // tables, pools, the heap
		return c, err
	}
	before, err := p.weigh()
	if err != nil {
		return c, err
	}
	driven := make(chan error, 1)
	go func() {
		_, err := s.drive(how, "steady", n)
		driven <- err
	}()
	time.Sleep(3 * time.Second) // of five
	during, err := p.weigh()
	if err != nil {
		return c, err
	}
	if err := <-driven; err != nil {
		return c, err
	}
	after, err := p.weigh()
	if err != nil {
		return c, err
	}
	each := func(a, b int64, unit float64) float64 { return float64(b-a) / float64(n) / unit }
	return cost{
		live: each(before.Live, during.Live, 1024), resident: each(before.Resident, during.Resident, 1024),
		goroutines: each(int64(before.Goroutines), int64(during.Goroutines), 1),
		cpu:        each(before.CPU, after.CPU, 1e3*chunks), allocs: each(before.Allocs, after.Allocs, chunks),
	}, nil
}

// costs are those of the bare SDK's client and of the server, each in processes
// that have done nothing before.
func costs(n int) (direct, served cost, err error) {
	s, err := newStage()
	if err != nil {
		return direct, served, err
	}
	defer s.stop()
	if direct, err = s.middle("direct", s.direct, n); err != nil {
		return direct, served, err
	}
	served, err = s.middle("served", s.server, n)
	return direct, served, err
}

func benchMemory(_ *stage, g *goals) error {
	const n = 512
	direct, served, err := costs(n)
	if err != nil {
		return err
	}
	fmt.Printf("\nin the middle of %d streams, for each of them\n  %-10s %10s %14s %12s %14s %14s\n", n, "", "live KiB", "resident KiB", "goroutines", "CPU us/chunk", "allocs/chunk")
	for _, way := range []struct {
		name string
		cost
	}{{"bare SDK", direct}, {"server", served}} {
		fmt.Printf("  %-10s %10.1f %14.1f %12.1f %14.1f %14.1f\n", way.name, way.live, way.resident, way.goroutines, way.cpu, way.allocs)
	}
	g.hold("live KiB above the bare SDK's", served.live-direct.live, moreMemory)
	g.hold("resident KiB", served.resident, residence)
	return nil
}
