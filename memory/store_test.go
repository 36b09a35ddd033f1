package memory_test

import (
	"testing"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/memorytest"
)

func TestInProcess(t *testing.T) {
	memorytest.Run(t, func(*testing.T) memory.Store { return memory.NewInProcess() })
}

func TestFileStore(t *testing.T) {
	memorytest.Run(t, func(t *testing.T) memory.Store { return openFolder(t, t.TempDir()) })
}

func TestFileStoreOnDisk(t *testing.T) {
	memorytest.RunOnDisk(t, func(t *testing.T, dir string) memory.Store { return openFolder(t, dir) })
}

func openFolder(t *testing.T, dir string) *memory.FileStore {
	t.Helper()
	s, err := memory.NewFileStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
