package main

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// rounds is how often the contenders take turns.
const rounds = 21

// contender is one way to do the same thing. The first of a race is what the
// others are compared with.
type contender struct {
	name string
	do   func() error
}

// sample is the mean of one operation in one round.
type sample struct{ micros, cpu, allocs, kib float64 }

// race lets the contenders take turns and prints each against the
// first, by the median of the ratios within each round.
func race(title string, perRound int, cs ...contender) error {
	all := make([][]sample, len(cs))
	for round := range rounds + 1 { // the first warms up
		for k := range cs {
			i := (round + k) % len(cs) // each round is begun by another
			s, err := measure(perRound, cs[i])
			if err != nil {
				return fmt.Errorf("%s: %w", cs[i].name, err)
			}
			if round > 0 {
				all[i] = append(all[i], s)
			}
		}
	}
	fmt.Printf("\n%s\n  %-38s %9s %7s %9s %7s %9s %9s\n", title, "", "wall us", "", "CPU us", "", "allocs", "KiB")
	for i, c := range cs {
		ratios := slices.Clone(all[i])
		for k := range ratios {
			ratios[k].micros /= all[0][k].micros
			ratios[k].cpu /= all[0][k].cpu
		}
		fmt.Printf("  %-38s %9.0f %6.2fx %9.0f %6.2fx %9.0f %9.0f\n", c.name,
			median(all[i], func(s sample) float64 { return s.micros }),
			median(ratios, func(s sample) float64 { return s.micros }),
			median(all[i], func(s sample) float64 { return s.cpu }),
			median(ratios, func(s sample) float64 { return s.cpu }),
			median(all[i], func(s sample) float64 { return s.allocs }),
			median(all[i], func(s sample) float64 { return s.kib }))
	}
	return nil
}

func measure(n int, c contender) (sample, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, began := cpuTime(), time.Now()
	for range n {
		if err := c.do(); err != nil {
			return sample{}, err
		}
	}
	took, used := time.Since(began), cpuTime()-cpu
	runtime.ReadMemStats(&after)
	return sample{
		micros: float64(took.Microseconds()) / float64(n),
		cpu:    float64(used.Microseconds()) / float64(n),
		allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
		kib:    float64(after.TotalAlloc-before.TotalAlloc) / float64(n) / 1024,
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

func median(ss []sample, of func(sample) float64) float64 {
	v := make([]float64, len(ss))
	for i, s := range ss {
		v[i] = of(s)
	}
	slices.Sort(v)
	return v[len(v)/2]
}
