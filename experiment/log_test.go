package experiment_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/experiment/logtest"
)

var start = time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)

func TestFolderLog(t *testing.T) {
	dir := t.TempDir()
	logtest.Run(t, func() experiment.Log { return experiment.NewFolderLog(dir) })
}

// A process that dies while writing leaves half a line. The lines before it
// count, the next process writes on, and the torn one is told.
func TestTornLines(t *testing.T) {
	dir := t.TempDir()
	l := experiment.NewFolderLog(dir)
	good := experiment.Record{ID: "1", Kind: experiment.Outcome, Time: start, Experiment: "torn", Unit: "u", Values: map[string]float64{"m": 1}}
	if err := l.Append(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "torn", "*.jsonl"))
	body, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	secret := "s3cret"
	body = append(body, `{"id":"2","note":"`+secret...)
	if err := os.WriteFile(files[0], body, 0o600); err != nil {
		t.Fatal(err)
	}
	next := experiment.NewFolderLog(dir)
	good.ID = "3"
	if err := next.Append(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	var ids, torn []string
	for r, err := range next.Read(t.Context(), "torn") {
		if line, ok := errors.AsType[*experiment.LineError](err); ok {
			torn = append(torn, line.Error())
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	if strings.Join(ids, "") != "13" && strings.Join(ids, "") != "31" || len(torn) != 1 {
		t.Errorf("read %v, torn %v", ids, torn)
	}
	if strings.Contains(torn[0], secret) {
		t.Errorf("the error tells what the line said: %s", torn[0])
	}
}

func TestReadRecordsSurvivesAnything(t *testing.T) {
	good := `{"id":"1","kind":"outcome","time":"2026-11-22T13:00:00Z","experiment":"x","unit":"u","values":{"m":1}}` + "\n"
	body := good + strings.Repeat("x", 300<<10) + "\n" + "null\n\n{}\n" + `{"id":"9","kind":"outcome","values":{"m":1e999}}` + "\n" + good
	records, lines := 0, 0
	for _, err := range experiment.ReadRecords(strings.NewReader(body), "f", "x") {
		if err != nil {
			lines++
			continue
		}
		records++
	}
	if records != 2 || lines != 5 {
		t.Errorf("%d records and %d bad lines, want 2 and 5", records, lines)
	}
}

func FuzzReadRecords(f *testing.F) {
	f.Add([]byte(`{"id":"1","kind":"outcome","time":"2026-11-22T13:00:00Z","experiment":"x","unit":"u","values":{"m":1}}`))
	f.Add([]byte("\n{\n\"\x00"))
	f.Add([]byte(`{"id":"1","kind":"decided","time":"2026-11-22T13:00:00+01:00","experiment":"x","step":-1,"unknown":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		for r, err := range experiment.ReadRecords(bytes.NewReader(body), "f", "x") {
			if err != nil {
				continue
			}
			again, err := experiment.MarshalRecords(r)
			if err != nil {
				t.Fatalf("a record that was read cannot be written: %v", err)
			}
			for back, err := range experiment.ReadRecords(bytes.NewReader(again), "f", "x") {
				if err != nil || back.ID != r.ID || !back.Time.Equal(r.Time) || len(back.Values) != len(r.Values) {
					t.Fatalf("%+v came back as %+v, %v", r, back, err)
				}
			}
		}
	})
}

// What is read quickly is what encoding/json would have read.
func FuzzDecode(f *testing.F) {
	f.Add(`"values":{"m":1,"n":-0.5e3},"step":-1,"time":"2026-11-22T13:00:00.5Z"`)
	f.Add(`"values":{"m":01},"ID":"x","time":"2026-11-22T13:00:00+24:00"`)
	f.Add(`"values":null,"step":1.0,"note":"\u00e4","values":{"m":1}`)
	f.Fuzz(func(t *testing.T, rest string) {
		line := `{"id":"1","kind":"outcome","experiment":"x","unit":"u",` + rest + `}`
		if strings.ContainsAny(line, "\n") {
			return
		}
		var want experiment.Record
		err := json.Unmarshal([]byte(line), &want)
		if err == nil {
			err = want.Check()
		}
		for got, gotErr := range experiment.ReadRecords(strings.NewReader(line), "f", "x") {
			if (gotErr == nil) != (err == nil) {
				t.Fatalf("%s: %v, encoding/json says %v", line, gotErr, err)
			}
			if gotErr == nil && !(got.Time.Equal(want.Time) && cmp.Equal(got, want, cmpopts.IgnoreFields(want, "Time"))) {
				t.Fatalf("%s: %+v, want %+v", line, got, want)
			}
		}
	})
}

// Processes that write one folder and are killed at any moment lose nothing
// that Append had returned for, and hurt nobody else's records.
func TestKilledWriters(t *testing.T) {
	dir := t.TempDir()
	promised := map[int]int{} // by process: how many records
	for n := range 3 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), "EXPERIMENT_WRITER="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for lines.Scan() && promised[child.Process.Pid] < 200+100*n {
			promised[child.Process.Pid]++
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() {
			promised[child.Process.Pid]++
		}
		if err := child.Wait(); err == nil {
			t.Error("the child ended by itself")
		}
	}
	kept := map[string]bool{}
	for r, err := range experiment.NewFolderLog(dir).Read(t.Context(), "killed") {
		if _, torn := errors.AsType[*experiment.LineError](err); torn {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		kept[r.ID] = true
	}
	for process, n := range promised {
		for i := range n {
			if !kept[fmt.Sprint(process, "-", i)] {
				t.Fatalf("record %d of process %d is gone", i, process)
			}
		}
	}
}
