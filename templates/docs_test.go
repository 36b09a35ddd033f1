package templates_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/templates"
)

// TestDocs: the prompt that docs/prompts.md shows is right and passes its own
// tests, and its policies are JSON.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../docs/prompts.md")
	if err != nil {
		t.Fatal(err)
	}
	prompts, policies := 0, 0
	for _, block := range regexp.MustCompile("(?s)```(yaml|json)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		if block[1] == "json" {
			policies++
			if !json.Valid([]byte(block[2])) {
				t.Errorf("not JSON:\n%s", block[2])
			}
			continue
		}
		prompts++
		tmpl, err := templates.ParseFile("docs/prompts.md", []byte(block[2]))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range tmpl.Test() {
			if !r.OK() {
				t.Errorf("%s: %v", r.Name, r.Failed)
			}
		}
		if warnings := tmpl.Warnings(); len(warnings) > 0 {
			t.Errorf("warnings %v", warnings)
		}
	}
	if prompts != 1 || policies != 4 {
		t.Errorf("found %d prompts and %d policies: is the page still what this test reads?", prompts, policies)
	}
	for _, name := range []string{"Starter", "Lint", "Push", "Compare", "Promote", "Rollback", "Orphans", "Export", "Import"} {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("the page does not name %s", name)
		}
	}
}
