// Package logtest holds what every [experiment.Log] must do.
//
//	func TestLog(t *testing.T) {
//		dir := t.TempDir()
//		logtest.Run(t, func() experiment.Log { return experiment.NewFolderLog(dir) })
//	}
package logtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/causeway-go/causeway/experiment"
)

// Run checks a log. open returns a new writer and reader of one and the same
// place, as another process would have it; the place is empty at first.
func Run(t *testing.T, open func() experiment.Log) {
	t.Run("what is written is read by another process", func(t *testing.T) { roundTrip(t, open) })
	t.Run("experiments stay apart", func(t *testing.T) { apart(t, open) })
	t.Run("writers do not lose each other's records", func(t *testing.T) { writers(t, open) })
	t.Run("a record that is none refuses the whole call", func(t *testing.T) { refuses(t, open) })
	t.Run("a reader may stop", func(t *testing.T) { stops(t, open) })
}

// At is the time of the first record; the n-th is n seconds later.
var at = time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)

func outcome(experimentKey, id string) experiment.Record {
	return experiment.Record{
		ID: id, Kind: experiment.Outcome, Time: at, Experiment: experimentKey, Unit: "u-" + id,
		RunID: "r", Variant: "warm", Values: map[string]float64{"csat": 4.5, "cost": 0.01}, Note: "ä \"quoted\"\nline",
	}
}

func write(t *testing.T, l experiment.Log, records ...experiment.Record) {
	t.Helper()
	if err := l.Append(t.Context(), records...); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, l experiment.Log, key string) map[string]experiment.Record {
	t.Helper()
	got := map[string]experiment.Record{}
	for r, err := range l.Read(t.Context(), key) {
		if err != nil {
			t.Fatal(err)
		}
		got[r.ID] = r
	}
	return got
}

func closed(t *testing.T, l experiment.Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func roundTrip(t *testing.T, open func() experiment.Log) {
	writer := open()
	want := outcome("round", "1")
	write(t, writer, want, outcome("round", "2"))
	closed(t, writer)
	reader := open()
	defer closed(t, reader)
	got := read(t, reader, "round")
	if len(got) != 2 || fmt.Sprint(got["1"]) != fmt.Sprint(want) {
		t.Errorf("read %v, want %v and one more", got["1"], want)
	}
	if got := read(t, reader, "nothing"); len(got) != 0 {
		t.Errorf("an experiment without records has %d", len(got))
	}
}

func apart(t *testing.T, open func() experiment.Log) {
	l := open()
	write(t, l, outcome("apart", "1"), outcome("apart-2", "2"), outcome("apart", "3"))
	closed(t, l)
	reader := open()
	defer closed(t, reader)
	if got := slices.Sorted(maps.Keys(read(t, reader, "apart"))); !slices.Equal(got, []string{"1", "3"}) {
		t.Errorf("read %v, want 1 and 3", got)
	}
	for _, err := range reader.Read(t.Context(), "../apart") {
		if err == nil {
			t.Error("a key that leaves the place was read")
		}
	}
}

func writers(t *testing.T, open func() experiment.Log) {
	const processes, calls = 4, 25
	var group sync.WaitGroup
	errs := make([]error, processes)
	for p := range processes {
		group.Go(func() {
			l := open()
			for c := range calls {
				id := fmt.Sprint(p, "-", c)
				errs[p] = errors.Join(errs[p], l.Append(t.Context(), outcome("many", id)))
			}
			errs[p] = errors.Join(errs[p], l.Close())
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	reader := open()
	defer closed(t, reader)
	if got := len(read(t, reader, "many")); got != processes*calls {
		t.Errorf("%d records of %d", got, processes*calls)
	}
}

func refuses(t *testing.T, open func() experiment.Log) {
	l := open()
	bad := outcome("bad", "2")
	bad.Experiment = "../bad"
	if err := l.Append(t.Context(), outcome("bad", "1"), bad); err == nil {
		t.Error("a key with a path was taken")
	}
	closed(t, l)
	reader := open()
	defer closed(t, reader)
	if got := read(t, reader, "bad"); len(got) != 0 {
		t.Errorf("%d records of a refused call were written", len(got))
	}
}

func stops(t *testing.T, open func() experiment.Log) {
	l := open()
	write(t, l, outcome("stops", "1"), outcome("stops", "2"))
	closed(t, l)
	reader := open()
	defer closed(t, reader)
	seen := 0
	for range reader.Read(t.Context(), "stops") {
		seen++
		break
	}
	if seen != 1 {
		t.Errorf("saw %d", seen)
	}
}
