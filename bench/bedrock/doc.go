// Command bedrock measures what package bedrock costs beside the bare SDK:
//
//	go -C bench run ./bedrock            # everything, about a minute
//	go -C bench run ./bedrock -only call,stream
//
// The server is a process of its own, so CPU is the client's alone. Contenders
// take turns in short rounds, each round begun by another, and every figure is the
// median over the rounds of the ratio within one round. The SDK runs against
// itself too: where that is not 1.00x, the machine is not quiet and no figure
// means more than its distance from there.
package main
