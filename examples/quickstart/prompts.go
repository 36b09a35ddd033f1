package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/s3store"
)

// publish puts the prompts into S3 and points production at them. The first
// one is changed once, to show that a new version answers from then on, with
// no deploy; SetAlias back to 1 would undo it.
func publish(ctx context.Context, client *s3.Client, bucket string) (*templates.Library, error) {
	store, err := s3store.New(client, bucket, &s3store.Options{Prefix: "causeway-quickstart"})
	if err != nil {
		return nil, err
	}
	for _, file := range []string{"triage.v1", "triage.v2", "answer.v1", "handover.v1"} {
		body, err := files.ReadFile("prompts/" + file + ".yaml")
		if err != nil {
			return nil, err
		}
		t, err := templates.Parse(body)
		if err != nil {
			return nil, err
		}
		v, err := store.Publish(ctx, t.Name(), body, nil)
		if err != nil {
			return nil, err
		}
		if _, err := store.SetAlias(ctx, t.Name(), "production", v.Number, nil); err != nil {
			return nil, err
		}
		fmt.Printf("  %s@production is now version %d (sha256 %.8s)\n", t.Name(), v.Number, v.SHA256)
	}
	return templates.NewLibrary(store, nil)
}
