package secretstore_test

import (
	"context"
	"fmt"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/secretstore"
)

// The client here speaks to a stub in this process; make yours from your AWS
// configuration.
func Example() {
	ctx := context.Background()
	store, err := secretstore.New(newStub().client(), nil)
	if err != nil {
		panic(err)
	}
	body := []byte("schema: causeway.prompt/v1\nname: greet\nmessages:\n  - user: Hello.\n")
	v, err := store.Publish(ctx, "greet", body, &templates.PublishOptions{Author: "ada"})
	if err != nil {
		panic(err)
	}
	if _, err := store.SetAlias(ctx, "greet", "production", v.Number, nil); err != nil {
		panic(err)
	}
	_, v, err = store.Get(ctx, templates.Ref{Name: "greet", Alias: "production"})
	fmt.Println(v.Number, v.Author, err)
	// Output: 1 ada <nil>
}
