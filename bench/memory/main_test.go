package main

import "testing"

// BenchmarkTurns200 is the race's middle, for a profiler.
func BenchmarkTurns200(b *testing.B) {
	ours, err := causeway(b.Context(), 200)
	if err != nil {
		b.Fatal(err)
	}
	for name, do := range map[string]func() error{"bare": bare(b.Context(), 200), "causeway": ours} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
