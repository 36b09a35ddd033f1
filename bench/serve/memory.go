package main

import (
	"fmt"
	"time"
)

// benchMemory weighs the server, and the client of the bare SDK, in the middle
// of 512 streams.
func benchMemory(s *stage) error {
	const n = 512
	fmt.Printf("\nin the middle of %d streams, for each stream\n  %-10s %10s %14s %12s\n", n, "", "live KiB", "resident KiB", "goroutines")
	for _, way := range []struct {
		how string
		of  *process
	}{{"direct", s.direct}, {"served", s.server}} {
		if _, err := s.drive(way.how, "burst", 16); err != nil { // pools, tables, the heap
			return err
		}
		var before, during weight
		if err := way.of.ask("/memory", nil, &before); err != nil {
			return err
		}
		driven := make(chan error, 1)
		go func() {
			_, err := s.drive(way.how, "steady", n)
			driven <- err
		}()
		time.Sleep(3 * time.Second) // of five
		if err := way.of.ask("/memory", nil, &during); err != nil {
			return err
		}
		if err := <-driven; err != nil {
			return err
		}
		each := func(a, b int64) float64 { return float64(b-a) / n / 1024 }
		fmt.Printf("  %-10s %10.1f %14.1f %12.1f\n", way.how, each(before.Live, during.Live), each(before.Resident, during.Resident),
			float64(during.Goroutines-before.Goroutines)/n)
	}
	return nil
}
