package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/causeway-go/causeway/experiment"
)

func main() {
	runs := flag.Int("runs", 2000, "simulated experiments of each kind")
	outcomes := flag.Int("outcomes", 1_000_000, "outcomes in the log that is timed")
	flag.Parse()
	if err := run(*runs, *outcomes); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(runs, outcomes int) error {
	if err := million(outcomes); err != nil {
		return err
	}
	fmt.Printf("\n%d simulated experiments of each kind, 5,000 units a variant, 50 looks, alpha 0.05, control 70 %%\n\n", runs)
	fmt.Printf("%-34s %12s %12s %12s %10s\n", "truth", "fixed, once", "fixed, peeked", "sequential", "coverage")
	for _, truth := range []struct {
		what string
		b    float64
	}{{"A/A: no difference", 0.70}, {"A/B: +3 points", 0.73}, {"A/B: +5 points", 0.75}} {
		once, peeked, _, err := simulate(runs, 0.70, truth.b, experiment.Fixed)
		if err != nil {
			return err
		}
		_, sequential, coverage, err := simulate(runs, 0.70, truth.b, experiment.Sequential)
		if err != nil {
			return err
		}
		fmt.Printf("%-34s %11.1f%% %12.1f%% %11.1f%% %9.1f%%\n", truth.what, 100*once, 100*peeked, 100*sequential, 100*coverage)
	}
	fmt.Println("\nfixed and sequential: experiments in which a difference was found; coverage: sequential intervals that held the truth at all 50 looks")
	if err := splits(runs / 4); err != nil {
		return err
	}
	return hard(runs / 10)
}
