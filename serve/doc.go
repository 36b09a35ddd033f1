// Package serve puts chains behind HTTP: a plain request and answer, or a
// stream of events over SSE or a WebSocket.
//
//	handler := serve.New([]*chain.Chain{support}, &serve.Options{
//		Auth: serve.BearerKeys(os.Getenv("SUPPORT_API_KEY")),
//	})
//	err := serve.ListenAndServe(ctx, ":8080", handler)
//
//	POST /v1/chains/{name}/runs         run: JSON in, JSON out; SSE with Accept: text/event-stream
//	GET  …/runs/{id}/question           what a run waits at; POST …/runs/{id}/answer has it go on
//	GET  /v1/chains/{name}/ws           run, cancel and answer over a WebSocket
//	GET  /v1/runs/{id}/events           read a streamed run again, from Last-Event-ID
//	DELETE /v1/runs/{id}                cancel a streamed run
//	POST /v1/chains/{name}/jobs         a run for later: GET, DELETE and answer /v1/jobs/{id}
//	POST /v1/runs/{id}/feedback         say how good the answer was
//	POST /v1/chat/completions           the chains that take messages, for OpenAI's clients; GET /v1/models
//	GET  /healthz, /readyz              is it up, does it take runs
//	GET  /metrics                       what it does and what that costs, for Prometheus
//	GET  /openapi.json                  all of this, for machines
//	GET  /                              all of this, for people
//
// A stream carries the chain's events as they happen. A client that goes away
// cancels its run, and with it the model's call; one that comes back within
// Options.ResumeWindow reads on where it stopped. Faults are RFC 9457 problem
// documents, which never hold a prompt or an answer.
package serve
