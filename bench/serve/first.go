package main

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// drive lets n streams of a pace begin at once, directly or through the server.
func (s *stage) drive(how, pace string, n int) (outcome, error) {
	p, address := s.through, s.server.URL+"/v1/chains/"+pace+"/runs"
	if how == "direct" {
		p, address = s.direct, s.model.URL+"/"+pace
	}
	var o outcome
	err := p.ask("/drive", url.Values{"how": {how}, "url": {address}, "n": {strconv.Itoa(n)}}, &o)
	if err == nil && o.Errors > 0 {
		err = fmt.Errorf("%s, %d streams: %d failed, one with: %s", how, n, o.Errors, o.Error)
	}
	return o, err
}

// benchFirst measures the time to the first token, ways taking turns.
func benchFirst(s *stage) error {
	fmt.Printf("\nto the first token, ms (the model takes %d)\n  %8s %26s %26s %7s\n", firstAfter.Milliseconds(), "streams", "bare SDK  p50    p95", "served  p50    p95", "p50")
	for _, c := range []struct {
		n, rounds int
		pace      string
	}{{1, 40, "burst"}, {32, 10, "burst"}, {512, 4, "steady"}} {
		first := map[string][]float64{}
		for range c.rounds {
			for _, how := range []string{"direct", "served"} {
				o, err := s.drive(how, c.pace, c.n)
				if err != nil {
					return err
				}
				first[how] = append(first[how], o.First...)
			}
		}
		d, v := first["direct"], first["served"]
		fmt.Printf("  %8d %17.1f %8.1f %17.1f %8.1f %6.2fx\n", c.n, at(d, 50), at(d, 95), at(v, 50), at(v, 95), at(v, 50)/at(d, 50))
	}
	return nil
}

// at is a percentile.
func at(v []float64, percent int) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[min(len(v)*percent/100, len(v)-1)]
}
