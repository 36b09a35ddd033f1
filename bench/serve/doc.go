// Command serve measures what package serve adds to streams of a model, and
// holds it to its goals:
//
//	go -C bench run ./serve                       # everything, about two and a half minutes
//	go -C bench run ./serve -only first,memory
//	go -C bench test ./serve -v                   # a short form
//
// The model service (the emulator: 50 ms to the first token, 200 chunks), the
// server and the clients are processes of their own. A direct stream is the
// bare SDK's, a served one comes over SSE from a chain of one prompt; the two
// take turns. Steady streams last five seconds, a chunk each 25 ms, so that all
// are open at once; any that fails or is cut fails the measurement.
//
// Live memory is the heap after a collection and all stacks, of the process
// that has the streams (the SDK's client, or the server), in the middle of them
// and less what it had before; resident is what Linux has given the process,
// garbage included. Slow readers take a kilobyte a second of the megabyte and a
// half they are sent. An idle client's run waits in a step.
//
// Measured on 22 November 2026 on two cores (AMD EPYC, Go 1.26.8):
//
//	first token, p50 ms        bare SDK   served   goal
//	  1 stream                     50.9     51.7   1.1x and 1 ms
//	  32 streams at once           61.0     64.9   1.1x and 1 ms
//	  512 streams at once          96.7    122.1   2x
//
//	512 streams, each          live KiB   resident KiB   goroutines   CPU us/chunk   allocations/chunk
//	  bare SDK                     44.1           75.9          6.0           20.3                57.3
//	  server                       99.4          148.2          8.0           33.0                 8.5
//	  goal                     64 above     120 and 64
//
//	128 streams, p50 ms        first token   whole
//	  alone                           60.7    5176
//	  beside 32 slow readers          60.0    5180
//
//	10,000 idle clients: 38.6 KiB live and 42.8 KiB resident each, 3 goroutines; 1.9 % of a CPU together
//
// Of the server's 99 KiB about half are stacks: of its own connection and of the
// SDK's, of the run and of what waits for it. The events of a run, which it
// keeps for clients that come back, are 5.
package main
