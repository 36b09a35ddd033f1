// Command chain measures what package chain costs:
//
//	go -C bench run ./chain                  # everything, about a minute
//	go -C bench run ./chain -only step,crowd
//
// wire runs a chain of three steps, and an agent with one tool, beside the same
// calls made by hand on the bare SDK. step runs ten steps over a model that
// costs nothing beside langchaingo's. crowd has 10,000 runs wait at once. The
// server is a process of its own; contenders take turns, and every figure is
// the median over the rounds of the ratio within one round. The SDK runs
// against itself too: where that is not 1.00x the machine is not quiet.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

func main() {
	serve := flag.Bool("serve", false, "be the server process")
	only := flag.String("only", "", "experiments, separated by commas: wire, step, crowd")
	flag.Parse()
	if *serve {
		fail(serveForever())
		return
	}
	for _, x := range []struct {
		name string
		run  func(context.Context) error
	}{{"wire", benchWire}, {"step", benchStep}, {"crowd", benchCrowd}} {
		if *only == "" || slices.Contains(strings.Split(*only, ","), x.name) {
			fail(x.run(context.Background()))
		}
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
