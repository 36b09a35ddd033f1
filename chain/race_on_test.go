//go:build race

package chain

// stride thins out the crash tests: a process under the race detector takes
// half a second to start.
const stride = 5
