package retry_test

import (
	"context"
	"testing"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
)

// BenchmarkGate is the cost of a gate where nobody waits.
func BenchmarkGate(b *testing.B) {
	g := retry.NewGate(&retry.GateOptions{Quota: retry.Quota{RPM: 1e12, TPM: 1e15}})
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		grant, err := g.Acquire(ctx, retry.Cost{Input: 500, MaxTokens: 500}, time.Time{})
		if err != nil {
			b.Fatal(err)
		}
		grant.Done(retry.Outcome{}, message.Usage{Input: 500, Output: 200})
	}
}

// BenchmarkGateParallel is the same from many goroutines at once: what they
// lose to the one lock.
func BenchmarkGateParallel(b *testing.B) {
	g := retry.NewGate(&retry.GateOptions{Quota: retry.Quota{RPM: 1e12, TPM: 1e15}})
	b.ReportAllocs()
	b.SetParallelism(256)
	b.RunParallel(func(pb *testing.PB) {
		ctx := context.Background()
		for pb.Next() {
			grant, err := g.Acquire(ctx, retry.Cost{Input: 500, MaxTokens: 500}, time.Time{})
			if err != nil {
				b.Error(err)
				return
			}
			grant.Done(retry.Outcome{}, message.Usage{Input: 500, Output: 200})
		}
	})
}
