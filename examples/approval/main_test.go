package main

import (
	"context"
	"os"
	"strings"
	"testing"
)

// TestMain lets the test binary play the processes.
func TestMain(m *testing.M) {
	if act := os.Getenv("APPROVAL_ACT"); act != "" {
		if err := play(context.Background(), act, os.Getenv("APPROVAL_DIR"), os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestExample(t *testing.T) {
	var out strings.Builder
	if err := run(&out, os.Args[0]); err != nil {
		t.Fatal(err)
	}
	for want, times := range map[string]int{
		"calls lookup_order": 1, "waits: May the tool refund": 1, "calls refund": 1, "paid 25.00 EUR": 1,
		"the process has died": 2, "key case-1017/answer/2/": 1, "answer: I am sorry": 1,
	} {
		if n := strings.Count(out.String(), want); n != times {
			t.Errorf("%q is there %d times, want %d:\n%s", want, n, times, out.String())
		}
	}
}
