package memory_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/memory"
)

// TestTornFile cuts a log at every byte: what is whole before the cut is
// there, and the session goes on from it.
func TestTornFile(t *testing.T) {
	dir := t.TempDir()
	s := openFolder(t, dir)
	at := memory.Revision("")
	var ends []int64 // of the log after each append
	path := filepath.Join(dir, "talk.jsonl")
	for n := range 3 {
		var err error
		if at, err = s.Append(t.Context(), "talk", at, human(fmt.Sprint("q", n)), ai(fmt.Sprint("a", n))); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, info.Size())
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header := strings.Index(string(whole), "\n") + 1
	for cut := header; cut <= len(whole); cut++ {
		turns := 0
		for _, end := range ends {
			if int64(cut) >= end {
				turns++
			}
		}
		// A file system may leave zeros where the data did not arrive.
		for _, rest := range [][]byte{nil, make([]byte, 40)} {
			if err := os.WriteFile(path, append(whole[:cut:cut], rest...), 0o600); err != nil {
				t.Fatal(err)
			}
			h, err := s.Load(t.Context(), "talk")
			if err != nil || len(h.Messages) != 2*turns {
				t.Fatalf("cut at %d: %d messages, %v; want %d", cut, len(h.Messages), err, 2*turns)
			}
			if cut%9 > 0 {
				continue // an append waits for the disk
			}
			if _, err := s.Append(t.Context(), "talk", h.Revision, human("again")); err != nil {
				t.Fatalf("cut at %d: append: %v", cut, err)
			}
			if h, err = s.Load(t.Context(), "talk"); err != nil || len(h.Messages) != 2*turns+1 {
				t.Fatalf("cut at %d: after an append %d messages, %v", cut, len(h.Messages), err)
			}
		}
	}
}

// TestDamagedFile changes bytes amid a log, which no crash does: it is said,
// with the line, and nothing is dropped in silence.
func TestDamagedFile(t *testing.T) {
	dir := t.TempDir()
	s := openFolder(t, dir)
	at, err := s.Append(t.Context(), "talk", "", human("the first"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Append(t.Context(), "talk", at, ai("the second")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "talk.jsonl")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ from, to, want string }{
		"a record":  {"the first", "the worst", "talk.jsonl:2: the checksum"},
		"a line":    {`{"crc"`, `{crc`, "talk.jsonl:2:"},
		"a format":  {"causeway.memory/v1", "causeway.memory/v9", "talk.jsonl:1: not a session"},
		"a header":  {`{"format"`, `"format"`, "talk.jsonl:1:"},
		"all of it": {string(whole), "", "talk.jsonl:1: no header"},
	} {
		if err := os.WriteFile(path, []byte(strings.Replace(string(whole), tt.from, tt.to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Load(t.Context(), "talk"); !errors.Is(err, memory.ErrCorrupt) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s changed: %v; want ErrCorrupt with %q", name, err, tt.want)
		}
	}
}

// FuzzLog feeds the folder store files that it did not write: it never
// panics, and what it takes it can go on with.
func FuzzLog(f *testing.F) {
	dir := f.TempDir()
	s, err := memory.NewFileStore(dir)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := s.Append(context.Background(), "seed", "", human("q"), calls("x"), ai("a")); err != nil {
		f.Fatal(err)
	}
	seed, err := os.ReadFile(filepath.Join(dir, "seed.jsonl"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add(append(seed, seed...))
	f.Add([]byte("{}\n{}\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(dir, "talk.jsonl")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := s.Load(t.Context(), "talk")
		if err != nil {
			return
		}
		if _, err := s.Append(t.Context(), "talk", h.Revision, human("more")); err != nil {
			t.Fatalf("loaded, but no append: %v", err)
		}
		again, err := s.Load(t.Context(), "talk")
		if err != nil || len(again.Messages) != len(h.Messages)+1 {
			t.Fatalf("%d messages, then %d, %v", len(h.Messages), len(again.Messages), err)
		}
	})
}
