package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
)

// holdOpen has p keep n streams of a chain open that do little; 0 lets go.
func (s *stage) holdOpen(p *process, chain string, n int, slow bool) error {
	q := url.Values{"url": {s.server.URL + "/v1/chains/" + chain + "/runs"}, "n": {strconv.Itoa(n)}}
	if slow {
		q.Set("slow", "yes")
	}
	var opened int
	return p.ask(context.Background(), "/hold", q, &opened)
}

// beside are the times in milliseconds of n streams alone, and beside readers
// that take a kilobyte a second of the megabyte and a half they are sent.
func (s *stage) beside(n, slow, rounds int) (alone, among outcome, err error) {
	for range rounds {
		for _, readers := range []int{0, slow} {
			if err := s.holdOpen(s.direct, "heavy", readers, true); err != nil {
				return alone, among, err
			}
			o, err := s.drive("served", "steady", n)
			if err != nil {
				return alone, among, err
			}
			to := &alone
			if readers > 0 {
				to = &among
			}
			to.First, to.Total = append(to.First, o.First...), append(to.Total, o.Total...)
		}
	}
	return alone, among, s.holdOpen(s.direct, "heavy", 0, true)
}

func benchSlow(s *stage, g *goals) error {
	const n, slow = 128, 32
	alone, among, err := s.beside(n, slow, 3)
	if err != nil {
		return err
	}
	fmt.Printf("\n%d streams, alone and beside %d readers of 1 KB/s, ms\n  %-12s %12s %12s %12s %12s\n", n, slow, "", "first p50", "first p95", "whole p50", "whole p95")
	for _, way := range []struct {
		name string
		outcome
	}{{"alone", alone}, {"beside them", among}} {
		fmt.Printf("  %-12s %12.1f %12.1f %12.1f %12.1f\n", way.name, at(way.First, 50), at(way.First, 95), at(way.Total, 50), at(way.Total, 95))
	}
	g.hold("a whole stream beside slow readers, ms", at(among.Total, 50), 1.05*at(alone.Total, 50))
	return nil
}
