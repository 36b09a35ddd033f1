package emulator

import "context"

// Rules is the responder of an emulator without a script.
func Rules() Responder { return RespondFunc(plainReply) }

func plainReply(context.Context, *Request) (*Reply, error) {
	return TextReply("This is a scripted reply: no model was asked, the Causeway emulator answered."), nil
}
