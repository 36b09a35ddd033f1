// Abtest runs a whole experiment in a few seconds: two versions of a prompt,
// customers who say how they liked the answer, and a verdict. The replies are
// scripted by the emulator and the customers are made up; the rest is real.
//
//	go run ./examples/abtest
//	go run ./examples/abtest -same              # customers who do not care: no winner
//	go run ./examples/abtest -html report.html  # and a page with the intervals over time
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/experiment"
)

func main() {
	same := flag.Bool("same", false, "customers like both answers as much")
	html := flag.String("html", "", "write the report as a page to this `file`")
	customers := flag.Int("customers", 600, "how many customers ask")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *customers, *same, *html); err != nil {
		fmt.Fprintln(os.Stderr, "abtest:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, customers int, same bool, html string) error {
	dir, err := os.MkdirTemp("", "abtest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	log := experiment.NewFolderLog(dir)
	defer log.Close()

	e, chains, err := load(ctx)
	if err != nil {
		return err
	}
	tracker := experiment.NewTracker(e, log, nil)
	runner, err := experiment.NewRunner(e, chains, tracker, &experiment.RunnerOptions{
		OnError: func(err error) { fmt.Fprintln(os.Stderr, "not recorded:", err) },
	})
	if err != nil {
		return err
	}
	fmt.Println(e, "(scripted replies, made-up customers)")
	crowd := newCrowd(same)
	for n := 1; n <= customers; n++ {
		if err := serve(ctx, runner, tracker, crowd, n); err != nil {
			return err
		}
		if n%100 == 0 && n < customers { // look as often as you like
			report, err := runner.Review(ctx)
			if err != nil {
				return err
			}
			fmt.Printf("%4d customers: %s\n", n, report.Verdict.Sentence)
		}
	}
	report, err := runner.Review(ctx)
	if err != nil {
		return err
	}
	fmt.Println()
	return write(report, html)
}

// serve answers one customer and records what they say.
func serve(ctx context.Context, runner *experiment.Runner, tracker *experiment.Tracker, crowd *crowd, n int) error {
	result, err := runner.Run(ctx, chain.Values{"question": "Where is my parcel?"}, &chain.RunOptions{Session: fmt.Sprint("conversation-", n)})
	if err != nil {
		return err
	}
	score, answered := crowd.opinion(result.Values["answer"].(string))
	if !answered {
		return nil // most people do not vote
	}
	return tracker.Feedback(ctx, experiment.Feedback{RunID: result.RunID, Values: map[string]float64{"csat": score}})
}

func write(report *experiment.Report, html string) error {
	if err := report.WriteText(os.Stdout); err != nil || html == "" {
		return err
	}
	f, err := os.Create(html)
	if err != nil {
		return err
	}
	if err := report.WriteHTML(f); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
