// Package message holds what a conversation with a foundation model needs and
// langchaingo's llms package has no word for: reasoning with its signature, a
// tool result that failed, documents, cache points, citations; a JSON form
// that loses none of it; and the three things that travel beside a call.
//
//	reply, err := message.Generate(ctx, model, history)   // any llms.Model
//	if err != nil {
//		return err
//	}
//	choice := reply.Choices[0]
//	history = append(history, message.Assistant(choice)) // the whole reply, ready to send again
//	fmt.Println(choice.Content, message.UsageOf(choice).Output)
//
// Parts are plain values that sit in llms.MessageContent beside langchaingo's
// own. A model that implements [Aware] reads them; [Generate] turns them into
// langchaingo's for every other model.
//
// Beside a call travel, in its context: [Call], the settings that
// llms.CallOptions cannot carry; [Observer], who hears deltas and notices as
// they happen. With its answer travels [Info].
package message
