package cli_test

import (
	"context"
	"fmt"
	"os"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli"
	"github.com/causeway-go/causeway/tools"
)

type parcel struct {
	Order string `json:"order" jsonschema:"the order's number"`
}

// A team's own command: the one of this module, and a Go tool that its chains
// may name. In a main it is cli.Main(registry); here one run of it, offline.
func ExampleMain() {
	track, err := tools.New("track", "Say where an order is",
		func(_ context.Context, p parcel) (string, error) { return p.Order + " is in Ghent", nil }, nil)
	if err != nil {
		panic(err)
	}
	set, err := tools.NewSet(track)
	if err != nil {
		panic(err)
	}
	registry := &chain.Registry{Tools: set}

	code := cli.Run(context.Background(),
		[]string{"run", "testdata/example/track.yaml", "--set", "question=Where is A-1001?", "--emulator", "testdata/example/replies.yaml"},
		cli.IO{Out: os.Stdout}, registry)
	fmt.Println("exit code", code)
	// Output:
	// It is here: A-1001 is in Ghent.
	// exit code 0
}
