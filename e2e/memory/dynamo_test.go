package memory

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/causeway-go/causeway/e2e/internal/npm"
	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/dynamomemory"
	"github.com/causeway-go/causeway/memory/memorytest"
)

// startDynalite starts dynalite and returns a client for it.
func startDynalite(t *testing.T) *dynamodb.Client {
	t.Helper()
	url := npm.Serve(t, "tables.mjs")
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &url,
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
}

func TestDynamoDB(t *testing.T) {
	c := startDynalite(t)
	var tables atomic.Int64
	for name, o := range map[string]*dynamomemory.Options{
		"Default":    nil,
		"SmallHeads": {HeadBytes: 500, TTL: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			memorytest.Run(t, func(t *testing.T) memory.Store {
				table := fmt.Sprintf("sessions-%d", tables.Add(1))
				if _, err := c.CreateTable(t.Context(), dynamomemory.Table(table)); err != nil {
					t.Fatal(err)
				}
				err := dynamodb.NewTableExistsWaiter(c, func(w *dynamodb.TableExistsWaiterOptions) {
					w.MinDelay, w.MaxDelay = 20*time.Millisecond, 200*time.Millisecond
				}).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &table}, time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				s, err := dynamomemory.New(c, table, o)
				if err != nil {
					t.Fatal(err)
				}
				return s
			})
		})
	}
}
