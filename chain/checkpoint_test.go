package chain_test

import (
	"testing"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/chain/checkpointtest"
)

func TestInProcessCheckpoints(t *testing.T) {
	checkpointtest.Run(t, func(*testing.T) chain.Checkpointer { return chain.NewInProcessCheckpoints() })
}

func TestFileCheckpoints(t *testing.T) {
	checkpointtest.Run(t, func(t *testing.T) chain.Checkpointer {
		c, err := chain.NewFileCheckpoints(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return c
	})
	c, err := chain.NewFileCheckpoints(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", ".", "..", "../up", "a/b", ".hidden", "a b"} {
		if err := c.Append(t.Context(), id, 1, []byte("x")); err == nil {
			t.Errorf("%q is taken as the id of a run", id)
		}
	}
}
