// Command throttle measures what becomes of calls to a model when there are
// more of them than its quota allows: with Causeway's gate, and with what
// people use today.
//
//	go -C bench run ./throttle            # the gate alone, in virtual time: half a minute
//	go -C bench run ./throttle -report    # all policies, and over HTTP: a quarter of an hour
//
// -report writes its tables into docs/throttling.md and draws
// docs/throttling.svg. go -C bench test ./throttle holds the gate to its goals.
//
// The service is either a light model of one (service.go), or the emulator
// behind the real bedrockruntime client: in process, where time is virtual, or
// on a loopback port, where it is not. The rivals need the client, so side by
// side everybody plays on the emulator.
package main
