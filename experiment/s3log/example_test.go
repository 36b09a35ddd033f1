package s3log_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/experiment/s3log"
)

// Many processes write one log; each has objects of its own.
func ExampleNew() {
	client := s3.New(s3.Options{Region: "eu-central-1"}) // or s3.NewFromConfig
	log := s3log.New(client, "acme-experiments", &s3log.Options{Prefix: "causeway/"})
	err := log.Append(context.Background(), experiment.Record{ID: "1", Experiment: "tone"})
	fmt.Println(err) // told before anything is sent
	// Output: record 1: no time
}
