// Package memory keeps conversations: every part of them, in a store that two
// writers cannot corrupt, and shows a model as much of them as fits.
//
//	store, err := memory.NewFileStore("data/sessions")
//	if err != nil {
//		return err
//	}
//	talk := memory.New(store, "customer-17", &memory.Options{Window: 20, MaxTokens: 8000})
//	history, err := talk.Load(ctx)                        // the last turns that fit
//	...                                                   // ask the model
//	_, err = talk.Append(ctx, history.Revision, question, answer)
//
// A [Store] holds sessions, each a list of messages with a [Revision]. A
// writer says which revision it has seen; when another writer was first the
// append is refused with [ErrConflict], and nothing is lost or half written.
// Messages of one Append appear together or not at all.
//
// A [Conversation] is one session as a model should see it. It cuts only
// between turns, so that a tool call never stands without its result, keeps
// within a budget of tokens, can fold old turns into a summary, and is
// langchaingo's schema.Memory too.
//
// [NewInProcess] and [NewFileStore] are here; s3memory, dynamomemory and
// sqlitememory are the stores that several machines share. Package memorytest
// holds the suite that every Store passes.
package memory
