// Package bedrockstore keeps prompts in Amazon Bedrock Prompt Management, and
// reads those that others made there.
//
//	store, err := bedrockstore.New(bedrockagent.NewFromConfig(cfg), nil)
//	v, err := store.Publish(ctx, "support/triage", file, nil)   // CreatePrompt, UpdatePrompt, CreatePromptVersion
//	arn, err := store.ARN(ctx, v.Ref())                         // a model id for Converse
//	file, lost, err := bedrockstore.Import(ctx, client, "ABCDEFGHIJ", "3", "support/old")
//
// A published prompt is there twice: in the form that Bedrock knows, for its
// console and for calls by ARN, and exactly, compressed in the variant's
// metadata, which is what Get gives back. A prompt that means something else in
// Bedrock's form (see templates.Template.Flatten) is refused. Aliases are tags
// of the prompt.
//
// Bedrock makes a version in two steps, of a draft that all writers share: let
// one process publish at a time. A version whose content turns out to be
// another writer's is noticed, and published again. Tags have no author,
// reason, protection or generation. 50 KB of compressed prompt fit.
//
// No server but AWS's speaks this protocol: the tests run the real client
// against a stub of ours, written from the service's API reference.
package bedrockstore
