package emulator

import "context"

// plainReply is the answer of an emulator without a script.
func plainReply(context.Context, *Request) (*Reply, error) {
	return TextReply("This is a scripted reply: no model was asked, the Causeway emulator answered."), nil
}
