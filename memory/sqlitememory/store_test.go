package sqlitememory_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/memorytest"
	"github.com/causeway-go/causeway/memory/sqlitememory"
)

func open(t testing.TB, path string) *sqlitememory.Store {
	t.Helper()
	s, err := sqlitememory.New(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	memorytest.Run(t, func(t *testing.T) memory.Store { return open(t, filepath.Join(t.TempDir(), "odd ?#% name.db")) })
}

// TestTwoHandles has two stores on one file see each other's writes.
func TestTwoHandles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	a, b := open(t, path), open(t, path)
	at, err := a.Append(t.Context(), "talk", "", llms.TextParts(llms.ChatMessageTypeHuman, "hi"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Append(t.Context(), "talk", at, llms.TextParts(llms.ChatMessageTypeAI, "hello")); err != nil {
		t.Fatal(err)
	}
	h, err := a.Load(t.Context(), "talk")
	if err != nil || len(h.Messages) != 2 {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestOnDisk(t *testing.T) {
	memorytest.RunOnDisk(t, func(t *testing.T, dir string) memory.Store { return open(t, filepath.Join(dir, "s.db")) })
}

func TestNewRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "not.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("this is no database\n"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := sqlitememory.New(path, nil); err == nil {
		t.Error("a file that is no database was opened", s.Close())
	}
}

// BenchmarkLoad10000 loads 10,000 messages that were appended two by two.
func BenchmarkLoad10000(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "s.db"))
	at := memory.Revision("")
	for n := range 5000 {
		var err error
		at, err = s.Append(b.Context(), "talk", at,
			llms.TextParts(llms.ChatMessageTypeHuman, fmt.Sprintf("question %d: where is my order, and when does it come?", n)),
			llms.TextParts(llms.ChatMessageTypeAI, fmt.Sprintf("answer %d: it left the warehouse and comes tomorrow.", n)))
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	began := time.Now()
	for b.Loop() {
		h, err := s.Load(b.Context(), "talk")
		if err != nil || len(h.Messages) != 10000 {
			b.Fatal(len(h.Messages), err)
		}
	}
	b.ReportMetric(float64(time.Since(began).Milliseconds())/float64(b.N), "ms/load")
}
