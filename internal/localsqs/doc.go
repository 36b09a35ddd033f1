// Package localsqs is a small SQS on this machine, for tests and examples: an
// http.Handler that speaks the AWS JSON 1.0 protocol. It has standard and FIFO
// queues, long polling, visibility timeouts, delays, dead-letter queues and the
// limits of messages, and can be made to fail and to deliver twice. Everything
// is in memory, and its clock is time's, so that it runs in testing/synctest.
//
//	server := localsqs.New()
//	client := server.Client() // in process; or http.ListenAndServe(addr, server)
package localsqs
