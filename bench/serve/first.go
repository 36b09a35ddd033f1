package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// drive lets n streams of a pace begin at once, directly or through the server,
// and fails when one of them does.
func (s *stage) drive(how, pace string, n int) (outcome, error) {
	p, address := s.through, s.server.URL+"/v1/chains/"+pace+"/runs"
	if how == "direct" {
		p, address = s.direct, s.model.URL+"/"+pace
	}
	var o outcome
	err := p.ask(context.Background(), "/drive", url.Values{"how": {how}, "url": {address}, "n": {strconv.Itoa(n)}}, &o)
	if err == nil && o.Errors > 0 {
		err = fmt.Errorf("%s, %d streams: %d failed, one with: %s", how, n, o.Errors, o.Error)
	}
	return o, err
}

// firsts are the times to the first token of n streams at once, in milliseconds,
// the two ways taking turns.
func (s *stage) firsts(pace string, n, rounds int) (direct, served []float64, err error) {
	for range rounds {
		d, err := s.drive("direct", pace, n)
		if err != nil {
			return nil, nil, err
		}
		v, err := s.drive("served", pace, n)
		if err != nil {
			return nil, nil, err
		}
		direct, served = append(direct, d.First...), append(served, v.First...)
	}
	return direct, served, nil
}

func benchFirst(s *stage, g *goals) error {
	fmt.Printf("\nmilliseconds to the first token, of which the model takes %d\n  %8s %18s %18s %18s %18s\n",
		firstAfter.Milliseconds(), "streams", "bare SDK p50", "served p50", "bare SDK p95", "served p95")
	for _, c := range []struct {
		n, rounds int
		pace      string
		times     float64 // the goal, and a millisecond
	}{{1, 60, "burst", 1.1}, {32, 12, "burst", 1.1}, {512, 5, "steady", 2}} {
		d, v, err := s.firsts(c.pace, c.n, c.rounds)
		if err != nil {
			return err
		}
		fmt.Printf("  %8d %18.1f %18.1f %18.1f %18.1f\n", c.n, at(d, 50), at(v, 50), at(d, 95), at(v, 95))
		g.hold(fmt.Sprintf("to the first token with %d streams, ms", c.n), at(v, 50), c.times*at(d, 50)+1)
	}
	return nil
}

// at is a percentile.
func at(v []float64, percent int) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[min(len(v)*percent/100, len(v)-1)]
}
