package serve_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// A chain behind HTTP: one request, one answer.
func ExampleNew() {
	type input struct {
		Name string `json:"name"`
	}
	hello, err := chain.New("hello", []chain.Step{
		chain.Func("greeting", func(_ context.Context, in input) (string, error) { return "Hello, " + in.Name, nil }, nil),
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(serve.New([]*chain.Chain{hello}, nil))
	defer server.Close()

	resp, err := http.Post(server.URL+"/v1/chains/hello/runs", "application/json", strings.NewReader(`{"input": {"name": "Ada"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, strings.Contains(string(body), `"values":{"greeting":"Hello, Ada"}`), err)
	http.DefaultClient.CloseIdleConnections()
	// Output: 200 OK true <nil>
}
