package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

// experiments in the order they are printed.
var experiments = []struct {
	name string
	run  func(context.Context, *server) error
}{
	{"call", benchCall},
	{"stream", benchStream},
	{"tools", benchTools},
	{"history", benchHistory},
	{"losses", benchLosses},
	{"burst", benchBurst},
}

func main() {
	serve := flag.Bool("serve", false, "be the server process")
	only := flag.String("only", "", "experiments, separated by commas: call, stream, tools, history, losses, burst")
	flag.Parse()
	if *serve {
		fail(serveForever())
		return
	}
	ctx := context.Background()
	s, err := startServer()
	fail(err)
	defer s.stop()
	for _, x := range experiments {
		if *only == "" || slices.Contains(strings.Split(*only, ","), x.name) {
			if err := x.run(ctx, s); err != nil {
				s.stop()
				fail(fmt.Errorf("%s: %w", x.name, err))
			}
		}
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
