package project

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

func publishedSchema(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	body, err := os.ReadFile("../../schema/project.json")
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(body, &s); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

// unseen names the test files whose faults a JSON Schema cannot see: they
// are not about the form of a value.
var unseen = map[string]bool{"alias.yaml": true, "references.yaml": true, "two.yaml": true}

// An editor that follows the published schema must agree with Parse on every
// file of the tests and on every causeway.yaml of the repository.
func TestPublishedSchemaAgreesWithParse(t *testing.T) {
	schema := publishedSchema(t)
	files := map[string][]byte{}
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if strings.HasSuffix(f.Name, ".yaml") {
				files[f.Name] = f.Data
			}
		}
	}
	examples, err := filepath.Glob("../../examples/*/" + FileName)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range examples {
		if files[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	for name, body := range files {
		var v any
		if yaml.Unmarshal(body, &v) != nil {
			continue // not YAML: no schema is asked
		}
		_, parsed := Parse(body, name)
		valid := schema.Validate(v)
		if (parsed == nil) != (valid == nil) && !unseen[name] {
			t.Errorf("%s: Parse says %v, the schema says %v", name, parsed, valid)
		}
	}
}
