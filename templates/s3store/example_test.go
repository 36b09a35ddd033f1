package s3store_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/s3store"
)

// Publish, promote, and take it back. The S3 server here is one in this
// process; for a bucket of yours, make the client from your AWS configuration.
func Example() {
	ctx := context.Background()
	backend := s3mem.New()
	if err := backend.CreateBucket("acme-prompts"); err != nil {
		panic(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	defer server.Close()
	client := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})

	store, err := s3store.New(client, "acme-prompts", &s3store.Options{Prefix: "causeway"})
	if err != nil {
		panic(err)
	}
	for _, text := range []string{"Hello.", "Good day."} {
		body := []byte("schema: causeway.prompt/v1\nname: greet\nmessages:\n  - user: " + text + "\n")
		v, err := store.Publish(ctx, "greet", body, &templates.PublishOptions{Author: "ada"})
		if err != nil {
			panic(err)
		}
		if _, err := store.SetAlias(ctx, "greet", "production", v.Number, &templates.AliasOptions{By: "ada"}); err != nil {
			panic(err)
		}
	}
	m, err := templates.Rollback(ctx, store, "greet", "production", &templates.AliasOptions{By: "bob", Why: "too stiff"}, false)
	if err != nil {
		panic(err)
	}
	fmt.Printf("production: version %d, was %d\n", m.After.Version, m.Before.Version)
	for e, err := range store.Log(ctx, "greet") {
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s %s: %d -> %d by %s (%s)\n", e.Action, e.Alias, e.From, e.To, e.By, e.Why)
	}
	// Output:
	// production: version 1, was 2
	// rollback production: 2 -> 1 by bob (too stiff)
	// promote production: 1 -> 2 by ada ()
	// publish : 1 -> 2 by ada ()
	// promote production: 0 -> 1 by ada ()
	// publish : 0 -> 1 by ada ()
}
