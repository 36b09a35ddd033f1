package cli_test

import (
	"context"
	"errors"
	"flag"
	"log"
	"testing"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli"
	"github.com/causeway-go/causeway/tools"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected outputs in testdata/script")

// The scripts run the real command as a process of its own: causeway, and
// teamway, which is what a team builds with a Go tool of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"causeway": func() { cli.Main(nil) },
		"teamway":  func() { cli.Main(team()) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			// No script reaches AWS: there is nothing to reach it with.
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("AWS_CONFIG_FILE", env.WorkDir+"/no-config")
			env.Setenv("AWS_SHARED_CREDENTIALS_FILE", env.WorkDir+"/no-credentials")
			return nil
		},
	})
}

type order struct {
	ID string `json:"id" jsonschema:"the order's number"`
}

type shipment struct {
	Status string `json:"status"`
}

func lookupOrder(_ context.Context, in order) (shipment, error) {
	if in.ID != "A-1001" {
		return shipment{}, errors.New("there is no such order")
	}
	return shipment{Status: "shipped"}, nil
}

func team() *chain.Registry {
	lookup, err := tools.New("lookup_order", "Find an order by its number", lookupOrder, nil)
	if err != nil {
		log.Fatal(err)
	}
	set, err := tools.NewSet(lookup)
	if err != nil {
		log.Fatal(err)
	}
	return &chain.Registry{Tools: set}
}
