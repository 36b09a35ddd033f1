package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bench/internal/proc"
	"github.com/causeway-go/causeway/chain"
)

// crowd is how many runs go on at once.
const crowd = 10_000

// gated is a model that answers when everybody has asked.
type gated struct {
	asked sync.WaitGroup
	open  chan struct{}
}

func (g *gated) GenerateContent(context.Context, []llms.MessageContent, ...llms.CallOption) (*llms.ContentResponse, error) {
	g.asked.Done()
	<-g.open
	return reply, nil
}

func (g *gated) Call(context.Context, string, ...llms.CallOption) (string, error) { return "", nil }

func benchCrowd(ctx context.Context) error {
	for _, streamed := range []bool{false, true} {
		g := &gated{open: make(chan struct{})}
		g.asked.Add(crowd)
		p, err := prompt("crowd", "text")
		if err != nil {
			return err
		}
		c, err := chain.New("crowd", []chain.Step{chain.Prompt("answer", g, p, nil)}, nil)
		if err != nil {
			return err
		}
		errs := make(chan error, crowd)
		began := time.Now()
		for i := range crowd {
			go func() { errs <- runOne(ctx, c, streamed, chain.Values{"text": "question " + strconv.Itoa(i)}) }()
		}
		g.asked.Wait()
		at := time.Since(began)
		rss, _ := proc.Resident(os.Getpid()) // 0 where the system does not tell
		close(g.open)
		for range crowd {
			if err := <-errs; err != nil {
				return err
			}
		}
		fmt.Printf("\n%d runs at once, streamed %v: all under way after %v, %d MiB resident then, all done after %v\n",
			crowd, streamed, at.Round(time.Millisecond), rss>>20, time.Since(began).Round(time.Millisecond))
	}
	return nil
}

func runOne(ctx context.Context, c *chain.Chain, streamed bool, in chain.Values) error {
	if !streamed {
		_, err := c.Run(ctx, in, nil)
		return err
	}
	for _, err := range c.Stream(ctx, in, nil) {
		if err != nil {
			return err
		}
	}
	return nil
}
