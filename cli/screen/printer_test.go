package screen

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/chain"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Every testdata/*.txtar holds the events of a run, one JSON document a line,
// and what a person sees of them: plain, and on a coloured terminal 60 columns
// wide.
func TestPrinter(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			events := archive.Files[0].Data
			colored := strings.ReplaceAll(show(t, events, Style{Color: true, Width: 60}), "\x1b", "␛")
			got := &txtar.Archive{Comment: archive.Comment, Files: []txtar.File{
				archive.Files[0],
				{Name: "plain", Data: []byte(show(t, events, Style{}))},
				{Name: "terminal", Data: []byte(colored)},
			}}
			if *update {
				if err := os.WriteFile(path, txtar.Format(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(got))); diff != "" {
				t.Errorf("-want +got (rewrite with -update):\n%s", diff)
			}
		})
	}
}

func show(t *testing.T, events []byte, style Style) string {
	t.Helper()
	var out strings.Builder
	p := New(&out, style)
	for line := range strings.Lines(string(events)) {
		var e chain.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		p.Event(e)
	}
	p.Close()
	return out.String()
}
