package main

import (
	"context"
	"fmt"
)

// benchLosses asks a server that answers before it has read the request.
func benchLosses(ctx context.Context, s *server) error {
	const n = 10_000
	m, err := ours(ctx, s.URL+"/0s")
	if err != nil {
		return err
	}
	c := bare(s.URL + "/0s")
	lost := func(do func() error) int {
		failed := 0
		for range n {
			if do() != nil {
				failed++
			}
		}
		return failed
	}
	theirs := lost(func() error { _, err := bareStream(ctx, c); return err })
	mine := lost(func() error { _, err := ourStream(ctx, m); return err })
	fmt.Printf("\n%d streams from a server that answers at once\n  bare SDK lost %d (%.1f %%), bedrock.Model lost %d\n", n, theirs, 100*float64(theirs)/n, mine)
	return nil
}
