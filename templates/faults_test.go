package templates_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/causeway-go/causeway/templates"
)

var update = flag.Bool("update", false, "write the goldens anew")

// TestFaults parses every broken file of testdata/faults and compares what is
// said about it.
func TestFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/faults/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = templates.ParseFile("prompt.yaml", archive.Files[0].Data)
			if bad, ok := errors.AsType[*templates.FileError](err); !ok || len(bad.Faults) == 0 {
				t.Fatalf("error %v, want a *FileError", err)
			}
			got := err.Error() + "\n"
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "faults", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(archive.Files[1].Data), got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestUnreadable covers files that no golden can hold.
func TestUnreadable(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("schema: causeway.prompt/v1\nname: a\nlabels:\n  - &a [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 10 {
		name, before := string(rune('b'+i)), string(rune('a'+i))
		bomb.WriteString("  - &" + name + " [*" + before + strings.Repeat(", *"+before, 9) + "]\n")
	}
	for name, c := range map[string]struct{ file, want string }{
		"empty":           {"", "prompt:1:1: the file is empty"},
		"blank":           {" \n\n\t\n", "prompt:1:1: the file is empty"},
		"only a comment":  {"# nothing\n", "prompt:1:1: the file holds no YAML"},
		"binary":          {"schema: x\nname: \x00\x01", "prompt:2:7: this byte is no UTF-8 text"},
		"latin-1":         {"name: J\xf6rg", "prompt:1:8: this byte is no UTF-8 text"},
		"5 MB":            {"name: " + strings.Repeat("x", 5<<20), "prompt:1:1: the file has 5242886 bytes; the limit is 262144"},
		"anchor bomb":     {bomb.String(), "the file unfolds to more than"},
		"alias of itself": {"name: &a [*a]", "prompt:1:11: an alias stands inside what it names"},
		"deep":            {strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "nested deeper than"},
		"two documents":   {"name: a\n---\nname: b\n", "prompt:2:1: a second document begins here"},
		"not closed":      {"name: [a", "not valid YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			_, err := templates.Parse([]byte(c.file))
			if bad, ok := errors.AsType[*templates.FileError](err); !ok || bad.Faults[0].Line < 1 || bad.Faults[0].Column < 1 {
				t.Fatalf("error %v, want a *FileError with a place", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q, want %q", err, c.want)
			}
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// TestFaultsHoldNoPrompt breaks files around a text that must not come out.
func TestFaultsHoldNoPrompt(t *testing.T) {
	const secret = "TOPSECRET"
	for _, file := range []string{
		"schema: causeway.prompt/v1\nname: a\nsystem: You are\nTOPSECRET is here: yes\nmessages: []\n",
		"schema: causeway.prompt/v1\nname: a\nsystem: *TOPSECRET\n",
		"schema: causeway.prompt/v1\nname: a\nsystem: \"TOPSECRET \\q\"\n",
		"schema: causeway.prompt/v1\nname: a\nmessages:\n  - user: |\n      one\n    TOPSECRET two: three\n",
		"schema: causeway.prompt/v1\nname: a\nmessages:\n  - user: 'TOPSECRET {{TOPSECRET goes here}} {{#x}}'\n",
		"schema: causeway.prompt/v1\nname: a\nmessages:\n  - TOPSECRET is my text\n",
		"schema: causeway.prompt/v1\nname: a\nmessages:\n  - {user: hi}\ntests:\n  - {input: {}, contains: TOPSECRET, contains: TOPSECRET}\n",
		"schema: causeway.prompt/v1\nname: a\nmessages:\n  - user: {text: x, TOPSECRET is: here}\n",
	} {
		_, err := templates.Parse([]byte(file))
		if err == nil {
			t.Errorf("no error for %q", file)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells the prompt: %v", err)
		}
	}
}
