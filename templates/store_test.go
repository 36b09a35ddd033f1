package templates_test

import (
	"testing"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/storetest"
)

func TestInProcess(t *testing.T) {
	storetest.Run(t, func(*testing.T) templates.Store { return templates.NewInProcess() }, nil)
}

func TestFileStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) templates.Store {
		s, err := templates.NewFileStore(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}, nil)
}
