package durable

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteTemp(t *testing.T) {
	dir := t.TempDir()
	name, err := WriteTemp(dir, []byte("all of it"))
	if err != nil || filepath.Dir(name) != dir || !strings.HasPrefix(filepath.Base(name), ".") {
		t.Fatalf("%q, %v", name, err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "all of it" {
		t.Errorf("%q, %v", got, err)
	}
	SyncDir(dir)
	if _, err := WriteTemp(filepath.Join(dir, "nowhere"), nil); err == nil {
		t.Error("a folder that is not there was written to")
	}
}
