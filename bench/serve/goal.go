package main

import "fmt"

// goals are what issue 9 asks for, or has measured before.
type goals struct{ missed int }

// hold prints whether a figure is within its limit.
func (g *goals) hold(what string, figure, limit float64) bool {
	word := "met"
	if figure > limit {
		word = "MISSED"
		g.missed++
	}
	fmt.Printf("  %-62s %8.2f of %8.2f  %s\n", what, figure, limit, word)
	return figure <= limit
}
