package chain_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/templates"
)

// parrot is a model that repeats what it is told, loudly.
type parrot struct{}

func (parrot) GenerateContent(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	said := msgs[len(msgs)-1].Parts[0].(llms.TextContent).Text
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: strings.ToUpper(said)}}}, nil
}

func (p parrot) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, p, prompt, opts...)
}

func Example() {
	say, err := templates.Parse([]byte(`
schema: causeway.prompt/v1
name: example/say
input: {required: [thing], properties: {thing: {type: string}}}
messages: [{user: "say {{thing}}"}]
`))
	if err != nil {
		panic(err)
	}
	c, err := chain.New("example", []chain.Step{
		chain.Prompt("said", parrot{}, chain.Template(say), nil),
		chain.Func("count", func(_ context.Context, in struct {
			Said string `json:"said"`
		},
		) (int, error) {
			return len(in.Said), nil
		}, nil),
	}, nil)
	if err != nil {
		panic(err)
	}
	res, err := c.Run(context.Background(), chain.Values{"thing": "hello"}, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(res.Values["said"], res.Values["count"])
	// Output: SAY HELLO 9
}
