package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/causeway-go/causeway/experiment"
)

// The progress line tells how far, how fast and how long still; answers from
// the journal make nobody faster.
func TestEvalProgress(t *testing.T) {
	var out bytes.Buffer
	a := &app{io: IO{Err: &out}.withDefaults()}
	a.progress(experiment.Progress{Done: 30, Total: 100, Cached: 10, Failed: 2, Elapsed: 10 * time.Second, Left: 35 * time.Second})
	if got, want := out.String(), "\r30 of 100 answers, 2 failed · 2.0 a second · 35.0s left\x1b[K"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	out.Reset()
	a.progress(experiment.Progress{Done: 100, Total: 100, Elapsed: 50 * time.Second})
	if got := out.String(); strings.Contains(got, "left") || !strings.HasSuffix(got, "\n") {
		t.Errorf("at the end: %q", got)
	}
}
