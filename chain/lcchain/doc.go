// Package lcchain joins chains with langchaingo's: theirs as steps of ours,
// ours wherever theirs are wanted, prompts and callbacks both ways. It is the
// only package that links langchaingo's chains and prompts.
//
//	ask, err := lcchain.Ask("answer", model, prompts.NewPromptTemplate("Answer: {{.question}}", []string{"question"}),
//		&lcchain.AskOptions{Trusted: true})
//	if err != nil {
//		return err
//	}
//	c, err := chain.New("moved", []chain.Step{ask, lcchain.Step("old", existing, nil)}, nil)
//	if err != nil {
//		return err
//	}
//	out, err := chains.Call(ctx, lcchain.New(c, nil), map[string]any{"question": "why?"})
//
// What langchaingo v0.1.14 was measured to get wrong does not happen here: the
// tests named after each defect say what it was.
package lcchain
