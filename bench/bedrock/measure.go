package main

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// rounds is how often the contenders take turns.
const rounds = 20

// contender is one way to do the same thing. The first of a race is what the
// others are compared with.
type contender struct {
	name string
	do   func() error
}

// sample is one round of one contender, for one operation.
type sample struct{ wall, cpu, allocs float64 }

// race lets the contenders take turns and prints each against the first.
func race(title string, perRound int, cs ...contender) error {
	all := make([][]sample, len(cs))
	for i := range cs { // warm up: connections, pools, the heap
		if _, err := turn(perRound, cs[i]); err != nil {
			return err
		}
	}
	for round := range rounds {
		for k := range cs {
			i := (round + k) % len(cs)
			s, err := turn(perRound, cs[i])
			if err != nil {
				return err
			}
			all[i] = append(all[i], s)
		}
	}
	fmt.Printf("\n%s (%d rounds of %d)\n", title, rounds, perRound)
	fmt.Printf("  %-34s %10s %10s %10s %8s %8s %8s\n", "", "wall us", "CPU us", "allocs", "wall", "CPU", "allocs")
	for i, c := range cs {
		fmt.Printf("  %-34s %10.0f %10.0f %10.0f %7.2fx %7.2fx %7.2fx\n", c.name,
			median(all[i], wall), median(all[i], cpu), median(all[i], allocs),
			ratio(all[i], all[0], wall), ratio(all[i], all[0], cpu), ratio(all[i], all[0], allocs))
	}
	return nil
}

// turn does n operations and returns the mean of one.
func turn(n int, c contender) (sample, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu0, began := cpuTime(), time.Now()
	for range n {
		if err := c.do(); err != nil {
			return sample{}, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	took, cpu1 := time.Since(began), cpuTime()
	runtime.ReadMemStats(&after)
	return sample{
		wall:   float64(took.Microseconds()) / float64(n),
		cpu:    float64((cpu1 - cpu0).Microseconds()) / float64(n),
		allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
	}, nil
}

// cpuTime is what this process has used, in user and system mode.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it fails for wrong arguments only
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func wall(s sample) float64   { return s.wall }
func cpu(s sample) float64    { return s.cpu }
func allocs(s sample) float64 { return s.allocs }

func median(ss []sample, of func(sample) float64) float64 {
	v := make([]float64, len(ss))
	for i, s := range ss {
		v[i] = of(s)
	}
	return middle(v)
}

// ratio is the median of the ratios within each round.
func ratio(ss, base []sample, of func(sample) float64) float64 {
	v := make([]float64, len(ss))
	for i := range ss {
		v[i] = of(ss[i]) / of(base[i])
	}
	return middle(v)
}

func middle(v []float64) float64 {
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
