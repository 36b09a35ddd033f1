// Package emulator is Amazon Bedrock's runtime on this machine: it speaks the
// wire protocol of Converse, InvokeModel, their streams, CountTokens and
// ApplyGuardrail, refuses what Bedrock refuses, counts quotas, goes wrong on
// demand, and answers by rule, from a script, from recorded exchanges or from
// a function. Whatever talks to Bedrock talks to it, in any language; no model
// answers.
//
//	emu := emulator.New(&emulator.Options{
//		Responder: emulator.Script(
//			emulator.Turn{When: emulator.Match{ResultOf: "lookup_order"}, Text: `Your order is {{json "lookup_order" "status"}}.`},
//			emulator.Turn{When: emulator.Match{Text: `/order (\d+)/`}, ToolCalls: []emulator.ToolCall{
//				{Name: "lookup_order", Input: map[string]any{"id": "{{group 1}}"}}}},
//			emulator.Turn{Text: "How can I help?"},
//		),
//		Faults: []emulator.Fault{emulator.Throttle(2)}, // the first two calls answer 429
//	})
//	model, err := bedrock.New(emu.Client(), "us.anthropic.claude-sonnet-4-5-20250929-v1:0", nil)
//
// Client needs no socket, so it works under the virtual time of
// testing/synctest. Start listens on a loopback port for everybody else. Calls
// tells what was asked.
//
// A call goes one way: route and Auth, decode and Validate, Faults, Quota, the
// guardrail, the Responder, and back through the dialect (a format) that wrote
// the request. The form of what it answers (frames, headers, order of keys and
// events, ids, error bodies) was learned from recorded traffic; see
// docs/emulator.md for what it does not imitate.
package emulator
