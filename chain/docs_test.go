package chain

import (
	"os"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/tmc/langchaingo/schema"
)

// The chains in docs/chains.md load, and follow the published schema.
func TestChainsOfTheDocs(t *testing.T) {
	page, err := os.ReadFile("../docs/chains.md")
	if err != nil {
		t.Fatal(err)
	}
	_, published := published(t)
	r := registry(t, says())
	r.Retrievers = map[string]schema.Retriever{"library": library{}}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	for i, b := range blocks {
		if err := fits(t, published, b[1]); err != nil {
			t.Errorf("block %d: %v", i+1, err)
		}
		if _, err := Load(t.Context(), fstest.MapFS{"docs.yaml": {Data: b[1]}}, "docs.yaml", r); err != nil {
			t.Errorf("block %d: %v", i+1, err)
		}
	}
	if len(blocks) < 3 {
		t.Errorf("only %d chains in the docs", len(blocks))
	}
}
