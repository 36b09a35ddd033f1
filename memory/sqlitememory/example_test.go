package sqlitememory_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/sqlitememory"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "sqlite")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	store, err := sqlitememory.New(filepath.Join(dir, "sessions.db"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	talk := memory.New(store, "customer-17", &memory.Options{Window: 20})
	if _, err := talk.Append(ctx, "", llms.TextParts(llms.ChatMessageTypeHuman, "Where is my order?")); err != nil {
		fmt.Println(err)
		return
	}
	for session, err := range store.Sessions(ctx, "customer-") {
		fmt.Println(session.ID, err)
	}
	// Output: customer-17 <nil>
}
