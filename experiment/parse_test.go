package experiment_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/causeway-go/causeway/experiment"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const triage = `schema: causeway.experiment/v1
key: triage-tone
seed: triage-tone-1
unit: user
coverage: 0.8
weights: [0.5, 0.5]
variants:
  - {key: control, prompt: support/triage@41}
  - {key: warm, prompt: support/triage@42, model: haiku}
force: {qa-1: warm}
metrics:
  primary: {name: csat, kind: mean, window: 72h}
  secondary: [{name: correctness}]
  guardrails: [{name: error, kind: ratio, worseBy: 0.02}]
`

func parse(t testing.TB, body string) *experiment.Experiment {
	t.Helper()
	e, err := experiment.Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestParse(t *testing.T) {
	e := parse(t, triage)
	if got, want := e.String(), "triage-tone (control 50%, warm 50%)"; got != want {
		t.Errorf("String = %q, want %q", got, want)
	}
	want := experiment.Decision{
		Method: experiment.Sequential, Alpha: 0.05, Tuning: 5000, MinUnits: 100,
		SRMAlpha: 0.001, Credible: 0.95, Correction: experiment.Holm,
	}
	if diff := cmp.Diff(want, e.Decision); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if e.Metrics.Guardrails[0].Better != experiment.Lower {
		t.Error("a guardrail's direction is lower unless it says otherwise")
	}
	if v, ok := e.Variant("warm"); !ok || v.Model != "haiku" {
		t.Errorf("Variant(warm) = %v, %v", v, ok)
	}
}

// Each testdata/faults file holds an experiment and the faults it must give,
// all at once, with their places.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = experiment.ParseFile(archive.Files[0].Data, "x.yaml")
			if err == nil {
				t.Fatal("no fault found")
			}
			got := err.Error() + "\n"
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "faults", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if _, ok := errors.AsType[experiment.Fault](err); !ok {
				t.Error("errors.AsType finds no Fault")
			}
		})
	}
}

func TestParseLimits(t *testing.T) {
	for name, body := range map[string]string{
		"empty":         "",
		"binary":        "schema\x00\xff",
		"too large":     strings.Repeat("# comment\n", 100_000),
		"two documents": triage + "---\nkey: b\n",
		"not a mapping": "- a\n",
	} {
		if _, err := experiment.Parse([]byte(body)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(triage))
	f.Add([]byte("schema: causeway.experiment/v1\nkey: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := experiment.Parse(body)
		if err != nil {
			return
		}
		a := e.Assign("u")
		if a.Variant == nil || a.Bucket < 0 || a.Bucket >= 1 {
			t.Errorf("Assign = %+v", a)
		}
	})
}
