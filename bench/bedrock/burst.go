package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// benchBurst lets 512 callers ask at once over TLS, every 100 ms.
func benchBurst(ctx context.Context, s *server) error {
	const callers, bursts = 512, 10
	m, err := ours(ctx, s.TLS+"/50ms")
	if err != nil {
		return err
	}
	c := bare(s.TLS + "/50ms")
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Where is my order 1017?")}
	walls := func(do func() error) ([]float64, error) {
		var all []float64
		var mu sync.Mutex
		var failed error
		for i := range bursts + 1 {
			began := time.Now()
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					if err := do(); err != nil {
						mu.Lock()
						failed = err
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			if i > 0 { // the first one opens the connections
				all = append(all, float64(time.Since(began).Milliseconds()))
			}
			time.Sleep(100 * time.Millisecond)
		}
		return all, failed
	}
	theirs, err := walls(func() error { return bareCall(ctx, c) })
	if err != nil {
		return err
	}
	mine, err := walls(func() error { _, err := m.GenerateContent(ctx, msgs); return err })
	if err != nil {
		return err
	}
	fmt.Printf("\nbursts of %d callers over TLS and HTTP/1.1, 50 ms late, median ms of a burst\n  bare SDK %.0f, bedrock.Model %.0f (%.2fx)\n",
		callers, middle(theirs), middle(mine), middle(mine)/middle(theirs))
	return nil
}
