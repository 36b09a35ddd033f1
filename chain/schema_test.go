package chain

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"
	"golang.org/x/tools/txtar"
)

func published(t *testing.T) (*jsonschema.Schema, *jsonschema.Resolved) {
	t.Helper()
	raw, err := os.ReadFile("../schema/chain.json")
	if err != nil {
		t.Fatal(err)
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	r, err := s.CloneSchemas().Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &s, r
}

func fits(t *testing.T, r *jsonschema.Resolved, data []byte) error {
	t.Helper()
	root, err := parseYAML(data)
	if err != nil || root == nil || len(root.Content) == 0 {
		return errors.New("not YAML")
	}
	v, err := plainYAML(root.Content[0])
	if err != nil {
		return err
	}
	return r.Validate(v)
}

// The schema for editors and the loader know the same words.
func TestSchemaHasTheLoadersWords(t *testing.T) {
	s, _ := published(t)
	step := s.Defs["step"]
	if diff := cmp.Diff(slices.Sorted(slices.Values(allKeys)), sortedKeys(step.Properties)); diff != "" {
		t.Errorf("the words of a step: %s", diff)
	}
	var kinds []string
	for _, k := range step.OneOf {
		kinds = append(kinds, k.Required...)
	}
	if diff := cmp.Diff(kindKeys, kinds); diff != "" {
		t.Errorf("the kinds of step: %s", diff)
	}
}

// Every chain in the repository follows the published schema: those in files,
// in archives and in the tests of this package.
func TestSchemaAcceptsEveryChain(t *testing.T) {
	_, r := published(t)
	seen := 0
	check := func(where string, data []byte) {
		if !bytes.Contains(data, []byte("schema: "+chainSchema)) {
			return
		}
		seen++
		if err := fits(t, r, data); err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}
	check("everything", []byte(everything))
	check("sub", []byte(subChain))
	check("support", []byte(supportChain))
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
				return fs.SkipDir
			}
			if d != nil && d.Name() == "testdata" {
				return fs.SkipDir // there wrong chains are at home
			}
			return err
		}
		if ext := filepath.Ext(path); ext != ".yaml" && ext != ".yml" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err == nil {
			check(path, data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d chains", seen)
}

func TestSchemaRefusesWrongForms(t *testing.T) {
	_, r := published(t)
	a, err := txtar.ParseFile("testdata/faults/many.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if err := fits(t, r, a.Files[0].Data); err == nil {
		t.Error("a file full of faults follows the schema")
	}
	for name, change := range map[string][2]string{
		"unknown field": {"repairs: 2", "repair: 2"},
		"two kinds":     {"repairs: 2", "func: x"},
		"no kind":       {"    prompt: support/triage@production\n", ""},
		"duration":      {"timeout: 5m", "timeout: 5"},
		"no rounds":     {"max: 3\n      until", "until"},
	} {
		if changed := strings.Replace(everything, change[0], change[1], 1); changed == everything {
			t.Errorf("%s: nothing was changed", name)
		} else if err := fits(t, r, []byte(changed)); err == nil {
			t.Errorf("%s follows the schema", name)
		}
	}
}
