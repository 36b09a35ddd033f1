// Package clients lets other people's clients loose on a server: the official
// openai client and the AI SDK on its chat completions, ws and Node's own
// WebSocket on its sockets, eventsource on its streams. What they report is
// held against what the server, the chains and the model saw.
//
//	go -C e2e test ./clients -v
//
// It needs Node 20 and npm; the packages that package-lock.json names are
// installed into the user's cache, once.
package clients
