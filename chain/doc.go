// Package chain composes steps into applications: prompts, agents with tools,
// functions, branches and side-by-side work, over any langchaingo llms.Model.
//
//	triage := chain.Prompt("triage", model, chain.FromLibrary(library, "support/triage@production"), nil)
//	answer := chain.With(
//		chain.Agent("answer", model, chain.FromLibrary(library, "support/answer@production"), tools, nil),
//		&chain.StepOptions{When: `triage.queue != "other"`, Timeout: time.Minute})
//
//	support, err := chain.New("support", []chain.Step{triage, answer}, &chain.Options{Memory: store})
//	if err != nil {
//		return err // every fault of the wiring at once
//	}
//	for event, err := range support.Stream(ctx, chain.Values{"ticket": ticket}, &chain.RunOptions{Session: user}) {
//		if err != nil {
//			return err
//		}
//		if event.Kind == chain.Token {
//			fmt.Print(event.Text)
//		}
//	}
//
// A run starts with values and every step adds its own, so each step sees all
// that was there before it. What a step reads and makes is declared, and
// checked before anything runs: by [New] as far as no prompt has to be
// fetched, by [Chain.Check] and [Load] to the end.
//
// A run can stop for a human ([Approve], AgentOptions.Approve) or die with its
// process: with Options.Checkpoints, [Chain.Resume] goes on where it ended.
//
// [Chain.Run] and [Chain.Stream] take one path. Everything that happens is an
// [Event]; a stream only adds the tokens. [Load] reads the same chains from
// YAML (causeway.chain/v1), with faults by file, line and column.
package chain
