package templates_test

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/causeway-go/causeway/e2e/internal/gateway"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/s3store"
	"github.com/causeway-go/causeway/templates/storetest"
)

// The environment that makes this test binary a writer to be killed.
const (
	envAddress = "CAUSEWAY_E2E_ADDRESS"
	envBucket  = "CAUSEWAY_E2E_BUCKET"
	envFirst   = "CAUSEWAY_E2E_FIRST"
)

// child publishes and promotes without end, if the environment says so, and
// prints what it was told is done.
func child() (bool, int) {
	address := os.Getenv(envAddress)
	if address == "" {
		return false, 0
	}
	first, _ := strconv.Atoi(os.Getenv(envFirst))
	store, err := s3store.New(gateway.Client(address), os.Getenv(envBucket), nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return true, 1
	}
	ctx := context.Background()
	for i := first; ; i++ {
		v, err := store.Publish(ctx, "victim", storetest.Body("victim", fmt.Sprint("text ", i)), nil)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return true, 1
		}
		fmt.Println("published", v.Number, v.SHA256)
		a, err := store.SetAlias(ctx, "victim", "production", v.Number, &templates.AliasOptions{By: "child"})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return true, 1
		}
		fmt.Println("promoted", a.Version, a.SHA256)
	}
}
