// Package emulator measures what the emulator costs its machine: the CPU time
// of a server process per call, against a bare net/http handler that sends the
// same bytes, and the memory of streams that wait.
//
//	go -C bench test ./emulator -v
//
// The server is this test binary run again, so its CPU time and memory are its
// own; it tells them at /cpu and in /proc.
package emulator
