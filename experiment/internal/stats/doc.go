// Package stats is the arithmetic behind a verdict: estimates of one arm from
// sums, tests between two arms, and what evaluation needs on paired cases.
//
//	a, b := stats.Proportion(1396, 3000), stats.Proportion(2422, 3461)
//	t := stats.Sequential(a, b, 0.05, 600)
//	fmt.Printf("%+.3f [%+.3f, %+.3f]", t.Diff, t.Low, t.High)
//
// Every function is pure. Distributions come from gonum/stat/distuv; the tests
// hold each estimator to values published for R, scipy, statsmodels or gbstats.
package stats
