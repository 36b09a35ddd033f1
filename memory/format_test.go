package memory_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/causeway-go/causeway/memory"
)

// TestReadsWhatWasWrittenBefore loads a file of the first release: a session
// on a disk has to outlive the program's versions.
func TestReadsWhatWasWrittenBefore(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "v1.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := openFolder(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "customer%2017.jsonl"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	for one, err := range s.Sessions(t.Context(), "") {
		if err != nil || one.ID != "customer 17" {
			t.Errorf("listed as %q, %v", one.ID, err)
		}
	}
	h, err := memory.New(s, "customer 17", nil).Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := "<conversation_summary>\nThey asked for order A.\n</conversation_summary>\nThis is what we talked about before. I have it in mind. and B? call:b result:b not yet thanks welcome"
	if got := texts(h.Messages); got != want {
		t.Errorf("loaded\n%s\nwant\n%s", got, want)
	}
}
