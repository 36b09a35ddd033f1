package lcchain_test

import (
	"context"
	"fmt"

	"github.com/tmc/langchaingo/chains"
	"github.com/tmc/langchaingo/prompts"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/chain/lcchain"
)

func Example() {
	m := &model{} // repeats what it is told
	ask, err := lcchain.Ask("answer", m, prompts.NewPromptTemplate("Answer: {{.question}}", []string{"question"}), &lcchain.AskOptions{Trusted: true})
	if err != nil {
		panic(err)
	}
	old := chains.NewLLMChain(m, prompts.NewPromptTemplate("Shorten: {{.answer}}", []string{"answer"}))
	c, err := chain.New("moved", []chain.Step{ask, lcchain.Step("old", old, nil)}, nil)
	if err != nil {
		panic(err)
	}
	out, err := chains.Call(context.Background(), lcchain.New(c, nil), map[string]any{"question": "why?"})
	if err != nil {
		panic(err)
	}
	fmt.Println(out["answer"])
	fmt.Println(out["text"])
	// Output:
	// re: Answer: why?
	// re: Shorten: re: Answer: why?
}
