package experiment_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"
)

// The schema for editors takes what Parse takes, and refuses what it refuses as
// far as a schema can.
func TestSchema(t *testing.T) {
	body, err := os.ReadFile("../schema/experiment.json")
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(body, &s); err != nil {
		t.Fatal(err)
	}
	schema, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(body []byte) error {
		var v any
		if err := yaml.Unmarshal(body, &v); err != nil {
			return err
		}
		return schema.Validate(v)
	}
	example, err := os.ReadFile("../examples/abtest/experiment.yaml")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/experiments.md")
	if err != nil {
		t.Fatal(err)
	}
	_, documented, _ := strings.Cut(string(page), "```yaml\n")
	documented, _, _ = strings.Cut(documented, "```")
	for name, body := range map[string]string{
		"documented": documented,
		"triage":     triage, "tone": tone, "live": live, "day": dayExperiment, "promoted": promoted, "abtest": string(example),
		"canary": two("s", "mode: canary\ncanary: {steps: [0.1, 0.5]}"), "layer": two("s", "layer: {key: l, from: 0.3}\ntargeting: a == 1"),
		"switch": "schema: causeway.experiment/v1\nkey: s\nmode: switch\nactive: b\nvariants: [{key: a}, {key: b}]\n",
	} {
		parse(t, body)
		if err := check([]byte(body)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	files, err := filepath.Glob("testdata/faults/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if check(a.Files[0].Data) == nil {
			t.Errorf("%s: the schema takes it", file)
		}
	}
}
