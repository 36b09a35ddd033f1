package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/message"
)

// ask runs the chain on one ticket and shows everything that happens while it
// happens.
func ask(ctx context.Context, support *chain.Chain, ticket string, sum *totals) error {
	out := screen.New(os.Stdout, screen.StyleOf(os.Stdout, os.Getenv))
	defer out.Close()
	fmt.Printf("\nCustomer: %s\n\n", ticket)
	for event, err := range support.Stream(ctx, chain.Values{"ticket": ticket}, &chain.RunOptions{Session: "anna"}) {
		if err != nil {
			return err
		}
		out.Event(event)
		sum.add(event)
	}
	return nil
}

// totals sums up the runs.
type totals struct {
	steps, skipped      int
	attempts, throttled int
	usage               message.Usage
	waited, took        time.Duration
}

// add counts an event.
func (t *totals) add(e chain.Event) {
	switch {
	case e.Kind == chain.Retry && e.Retry.What == message.NoticeThrottle:
		t.throttled++
	case e.Kind == chain.StepFinished && e.Skipped:
		t.skipped++
	case e.Kind == chain.StepFinished:
		t.steps++
	case e.Kind == chain.RunFinished:
		t.attempts += e.Attempts
		t.waited += e.Waited
		t.took += e.Duration
		t.usage = t.usage.Add(*e.Usage)
	}
}

func (t *totals) print() {
	fmt.Println("\nSummary")
	for _, line := range [][2]string{
		{"steps", fmt.Sprintf("%d ran, %d skipped", t.steps, t.skipped)},
		{"tokens", fmt.Sprintf("%d in, %d out", t.usage.Input, t.usage.Output)},
		{"attempts", fmt.Sprintf("%d, of which %d were throttled", t.attempts, t.throttled)},
		{"waits", t.waited.Round(time.Millisecond).String() + " for the quota"},
		{"total time", t.took.Round(time.Millisecond).String()},
	} {
		fmt.Printf("  %-10s  %s\n", line[0], line[1])
	}
}
