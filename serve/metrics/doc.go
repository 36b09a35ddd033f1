// Package metrics counts what chains do, for Prometheus: runs and how they
// ended, tokens and what they cost, the time to the first token, throttles,
// waits, failovers, tool calls, the queue of jobs.
//
//	m := metrics.New(&metrics.Options{Prices: metrics.Prices{
//		"anthropic.claude-sonnet-4-5-20250929-v1:0": {Input: 3, Output: 15, CacheRead: 0.3, CacheWrite: 3.75},
//	}})
//	support.Run(ctx, input, &chain.RunOptions{Events: m.Event})
//	http.Handle("GET /metrics", m.Handler())   // or prometheus.MustRegister(m), beside your own
//
// Package serve does this by itself. Nothing is asked of the code that runs:
// [Metrics.Event] reads the events of the chain and takes no memory for a
// token.
//
// Labels are chains, models, tools and what we name ourselves, never run ids,
// sessions, labels of runs or words of a user. Of each kind a bounded number of
// names is kept; further ones are counted as "other".
package metrics
