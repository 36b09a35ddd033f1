// Command serve measures what package serve adds to streams of a model:
//
//	go -C bench run ./serve                  # everything
//	go -C bench run ./serve -only first
//
// The model service (the emulator), the server and the clients are processes
// of their own. A direct stream is the bare SDK's, a served one comes over SSE.
package main
