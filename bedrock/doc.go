// Package bedrock is Amazon Bedrock as a langchaingo model: the Converse and
// ConverseStream APIs behind llms.Model, with nothing of them lost on the way.
//
//	client, err := bedrock.NewClient(ctx, nil) // the default AWS configuration
//	if err != nil {
//		return err
//	}
//	model, err := bedrock.New(client, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", nil)
//	if err != nil {
//		return err
//	}
//	answer, err := llms.GenerateFromSinglePrompt(ctx, model, "Why is the sky blue?")
//
// A [Model] takes langchaingo's parts and those of package message, and gives
// back the whole reply with message.Attach: message.Assistant(choice) is ready
// to be sent again, reasoning signatures included. It streams when the context
// has an observer or the call has one of langchaingo's streaming functions.
//
// A Model asks once. Nothing here retries; wrap it with retry.Wrap.
//
// # Where a value goes
//
// The conversion is one small file for each direction and kind of content: a
// part of ours becomes a block of Bedrock's in to_text.go, to_media.go,
// to_tool.go, to_reasoning.go, to_citation.go and to_guard.go, and comes back
// in the from_ file of the same name. history.go puts blocks into turns,
// repair.go and its neighbours make a history one that Bedrock accepts,
// request.go adds the settings, answer.go and stream.go read the reply.
package bedrock
