package serve

import "time"

// Hurry makes the server wait no longer than d wherever it waits for a client,
// for a header ten times that: on a busy machine it comes late. At its end it
// waits for runs as long as grace.
func (s *Server) Hurry(d, grace time.Duration) {
	s.limits = limits{header: 10 * d, body: d, idle: d, write: d, grace: grace, end: d}
}

// HurryReaders makes the server wait no longer than d for the reader of a
// piece of an answer.
func (s *Server) HurryReaders(d time.Duration) { s.limits.write = d }
