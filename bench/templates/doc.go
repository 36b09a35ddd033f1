// Package templates measures what rendering and resolving a prompt costs,
// beside text/template and langchaingo.
//
//	go -C bench test ./templates -v             # the ratios, best of interleaved rounds
//	go -C bench test ./templates -bench .       # the same, for a profiler
package templates
