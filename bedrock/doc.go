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
// The conversion is one small file for each direction and kind of content. Out:
// addPart in history.go is the table, to_text.go, to_media.go, to_document.go,
// to_tool.go, to_reasoning.go, to_citation.go and to_guard.go make the blocks,
// repair.go and its neighbours make of the turns a history that Bedrock
// accepts, and request.go adds the settings. In: part in from.go is the table,
// the from_ files read the blocks, answer.go and stream.go the rest of a reply.
//
// protocol.go is where the SDK's reading and writing is made quicker: events.go
// for streams, body.go for long requests. Nothing depends on it.
package bedrock
