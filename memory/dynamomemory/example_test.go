package dynamomemory_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/dynamomemory"
)

// With real DynamoDB the client is dynamodb.NewFromConfig(cfg), and the table
// is made once by client.CreateTable(ctx, dynamomemory.Table("sessions")).
func Example() {
	ctx := context.Background()
	store, err := dynamomemory.New(newTable(new(testing.T)), "sessions", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	talk := memory.New(store, "customer-17", nil)
	if _, err := talk.Append(ctx, "", llms.TextParts(llms.ChatMessageTypeHuman, "Where is my order?")); err != nil {
		fmt.Println(err)
		return
	}
	history, err := talk.Load(ctx)
	fmt.Println(len(history.Messages), err)
	// Output: 1 <nil>
}
