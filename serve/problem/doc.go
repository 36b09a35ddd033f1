// Package problem says what went wrong in a run, in words that a client may
// read: an RFC 9457 problem document with a stable code, which never holds what
// a prompt, a model or a tool said. The words of the error itself are for the
// server's log.
//
//	result, err := support.Run(ctx, input, o)
//	if err != nil {
//		log.Warn("run failed", "run", o.RunID, "error", err)
//		problem.Of(err, o.RunID).Write(w)
//	}
package problem
