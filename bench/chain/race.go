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

// figures are the means of one turn, for one operation.
type figures struct{ wall, cpu, allocs, kib float64 }

// race lets the contenders take turns and prints each against the first.
func race(title string, perTurn int, cs ...contender) error {
	seen := make([][]figures, len(cs))
	for round := range rounds + 1 { // the first is to warm up
		for k := range cs {
			i := (round + k) % len(cs)
			f, err := turn(perTurn, cs[i])
			if err != nil {
				return fmt.Errorf("%s: %w", cs[i].name, err)
			}
			if round > 0 {
				seen[i] = append(seen[i], f)
			}
		}
	}
	fmt.Printf("\n%s (%d rounds of %d)\n", title, rounds, perTurn)
	fmt.Printf("  %-30s %10s %10s %9s %9s %8s %8s\n", "", "wall us", "CPU us", "allocs", "KiB", "wall", "CPU")
	for i, c := range cs {
		fmt.Printf("  %-30s %10.1f %10.1f %9.1f %9.1f %7.2fx %7.2fx\n", c.name,
			median(seen[i], nil, wall), median(seen[i], nil, cpu), median(seen[i], nil, allocs), median(seen[i], nil, kib),
			median(seen[i], seen[0], wall), median(seen[i], seen[0], cpu))
	}
	return nil
}

func turn(n int, c contender) (figures, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	used, began := processTime(), time.Now()
	for range n {
		if err := c.do(); err != nil {
			return figures{}, err
		}
	}
	took, using := time.Since(began), processTime()-used
	runtime.ReadMemStats(&after)
	each := func(v float64) float64 { return v / float64(n) }
	return figures{
		wall: each(float64(took.Nanoseconds()) / 1e3), cpu: each(float64(using.Nanoseconds()) / 1e3),
		allocs: each(float64(after.Mallocs - before.Mallocs)), kib: each(float64(after.TotalAlloc-before.TotalAlloc) / 1024),
	}, nil
}

// processTime is the CPU time of this process, user and system.
func processTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it fails for wrong arguments only
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func wall(f figures) float64   { return f.wall }
func cpu(f figures) float64    { return f.cpu }
func allocs(f figures) float64 { return f.allocs }
func kib(f figures) float64    { return f.kib }

// median is that of the figures, or of their ratios to base, round by round.
func median(fs, base []figures, of func(figures) float64) float64 {
	v := make([]float64, len(fs))
	for i, f := range fs {
		if v[i] = of(f); base != nil {
			v[i] /= of(base[i])
		}
	}
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
