package main

import (
	"strings"
	"testing"
)

// The story is true: on the third day the program knows what was said on the
// first, from the summary in S3.
func TestDemo(t *testing.T) {
	var out strings.Builder
	if err := demo(t.Context(), &out, "ada", "us.anthropic.claude-haiku-4-5-20251001-v1:0"); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{
		"[from S3: nothing yet]",
		"--- day 2: the program starts ---\nyou:   It may cost up to 40 euros.\n       [from S3: turns: 2]",
		`summary: Ada looks for a wooden train for her nephew Tim`,
		"model: A wooden train for your nephew Tim, who turns 4: without the red engine",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the output has no %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "do not know you") {
		t.Errorf("the model was shown nothing of before:\n%s", got)
	}
}

func TestLiveNeedsABucket(t *testing.T) {
	if _, err := live(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "-bucket") {
		t.Errorf("live without a bucket: %v", err)
	}
}
