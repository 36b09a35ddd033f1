package emulator

// respond asks the guardrail and the responder, and settles the reply.
func (x *exchange) respond(req *Request, dialect format) (*Reply, *Failure) {
	g, reply, failure := x.e.guard(req)
	if failure != nil {
		return nil, failure
	}
	if reply == nil {
		if reply, failure = x.askResponder(req); failure != nil {
			return nil, failure
		}
		if reply.raw != nil {
			return reply, nil
		}
	}
	reply = reply.finish(req, func() string { return dialect.toolUseID(x.random) })
	if g != nil {
		g.shield(req, reply)
	}
	return reply, nil
}

// askResponder calls code that is not ours: its mistakes are answers too, the
// same in process and over a socket.
func (x *exchange) askResponder(req *Request) (reply *Reply, failure *Failure) {
	defer func() {
		if v := recover(); v != nil {
			failure = internal("The emulator's responder panicked: %v", v)
		}
	}()
	reply, err := x.e.responder.Respond(x.ctx, req)
	switch {
	case err != nil:
		return nil, failureOf(err)
	case reply == nil:
		return nil, internal("The emulator's responder returned neither a reply nor an error.")
	}
	return reply, nil
}
