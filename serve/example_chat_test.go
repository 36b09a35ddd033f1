package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// A chain with one string input and a string output is a model to clients that
// speak OpenAI's language: its name is the model's.
func ExampleNew_chat() {
	type input struct {
		Question string `json:"question"`
	}
	oracle, err := chain.New("oracle", []chain.Step{
		chain.Func("reply", func(_ context.Context, in input) (string, error) { return "You ask: " + in.Question, nil }, nil),
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(serve.New([]*chain.Chain{oracle}, nil))
	defer server.Close()

	body := `{"model": "oracle", "messages": [{"role": "user", "content": "Will it rain?"}]}`
	resp, err := http.Post(server.URL+"/v1/chat/completions", "application/json", strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	var completion struct {
		Choices []struct {
			Message struct{ Content string }
		}
	}
	err = json.NewDecoder(resp.Body).Decode(&completion)
	fmt.Println(resp.Status, completion.Choices[0].Message.Content, err)
	http.DefaultClient.CloseIdleConnections()
	// Output: 200 OK You ask: Will it rain? <nil>
}
