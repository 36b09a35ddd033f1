package templates_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"

	"github.com/causeway-go/causeway/templates"
)

// published is the JSON Schema for editors.
func published(t *testing.T) *jsonschema.Resolved {
	t.Helper()
	data, err := os.ReadFile("../schema/prompt.json")
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	resolved, err := s.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

// valid asks the schema about a YAML file.
func valid(s *jsonschema.Resolved, data []byte) error {
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		return err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	return s.Validate(v)
}

// TestEveryPromptOfTheRepository is right by Parse, by the schema, and by its
// own golden tests.
func TestEveryPromptOfTheRepository(t *testing.T) {
	schema, found := published(t), 0
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".yaml") {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(data), "schema: "+templates.SchemaID) {
			return err
		}
		found++
		tmpl, err := templates.ParseFile(file, data)
		if err != nil {
			t.Error(err)
			return nil
		}
		if err := valid(schema, data); err != nil {
			t.Errorf("%s: schema/prompt.json: %v", file, err)
		}
		for _, r := range tmpl.Test() {
			if !r.OK() {
				t.Errorf("%s:%d: %s: %v", file, r.Line, r.Name, r.Failed)
			}
		}
		return nil
	})
	if err != nil || found < 2 {
		t.Errorf("%d prompt files found, %v", found, err)
	}
	starter, err := templates.Starter("a/b")
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(schema, starter); err != nil {
		t.Errorf("the starter: %v", err)
	}
}

// TestSchemaRefuses what Parse refuses for its structure.
func TestSchemaRefuses(t *testing.T) {
	schema := published(t)
	for _, file := range []string{"fields", "missing", "examples", "list"} {
		archive, err := txtar.ParseFile("testdata/faults/" + file + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		// A repeated key is no YAML at all for most editors.
		body := strings.Replace(string(archive.Files[0].Data), "name: again\n", "", 1)
		if err := valid(schema, []byte(body)); err == nil {
			t.Errorf("%s: the schema finds nothing wrong", file)
		}
	}
	for _, line := range []string{
		"model: {maxTokens: 0}", "system: 3", "tools: {name: x}", "output: {}", "tests: [{input: {}}]", "examples: [{user: a}]",
		"input: {properties: {a: {trust: no}}}", "input: {properties: {a: {type: text}}}", "delimiters: [a]", "partials: {a: {path: x}}",
	} {
		if err := valid(schema, []byte("schema: causeway.prompt/v1\nname: a\nmessages: [{user: hi}]\n"+line)); err == nil {
			t.Errorf("%s: the schema finds nothing wrong", line)
		}
		if _, err := templates.Parse([]byte("schema: causeway.prompt/v1\nname: a\nmessages: [{user: hi}]\n" + line)); err == nil {
			t.Errorf("%s: Parse finds nothing wrong", line)
		}
	}
}
