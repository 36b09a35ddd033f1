package bedrock_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock/emulator"
)

// TestManyStreams asks a server that answers at once for 10,000 streams over
// real sockets. The bare SDK loses 1 to 27 % of them, by how early the server
// answers: bench/bedrock prints both numbers.
func TestManyStreams(t *testing.T) {
	n := 10_000
	if testing.Short() || raceEnabled {
		n = 1_000
	}
	emu := emulator.New(&emulator.Options{Responder: emulator.Script(emulator.Turn{Text: "one two three"})})
	server, err := emu.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	m := modelOver(t, server.Client())
	var failed atomic.Int64
	inParallel(t.Context(), 16, n, func(ctx context.Context) {
		resp, err := m.GenerateContent(ctx, human("hi"), llms.WithStreamingFunc(deaf))
		if err != nil || resp.Choices[0].Content != "one two three" {
			if failed.Add(1) == 1 {
				t.Errorf("the first failure: %v", err)
			}
		}
	})
	t.Logf("%d streams, %d failed", n, failed.Load())
	if failed.Load() > 0 {
		t.Errorf("%d of %d streams failed", failed.Load(), n)
	}
}

// inParallel calls do n times on some goroutines.
func inParallel(ctx context.Context, goroutines, n int, do func(context.Context)) {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range goroutines {
		wg.Go(func() {
			for next.Add(1) <= int64(n) {
				do(ctx)
			}
		})
	}
	wg.Wait()
}
