package main

import (
	"net/http"
	"strings"
	"time"

	"github.com/causeway-go/causeway/bedrock/emulator"
)

const (
	modelID = "anthropic.claude-sonnet-4-5-20250929-v1:0"
	// chunks is how many deltas a stream has, firstAfter when the first comes.
	chunks     = 200
	firstAfter = 50 * time.Millisecond
)

// pace is how a model answers; it is the first part of its address.
type pace struct {
	name string
	word string        // of each chunk
	gap  time.Duration // between chunks
}

var paces = []pace{
	{"burst", "word ", 0},
	{"steady", "word ", 25 * time.Millisecond}, // five seconds: all streams are open at once
	{"heavy", strings.Repeat("word ", 1600), 25 * time.Millisecond},
}

// beModel is the process of the model service: the emulator.
func beModel(string) error {
	mux := http.NewServeMux()
	for _, p := range paces {
		e := emulator.New(&emulator.Options{
			Responder: emulator.Script(p.turn()),
			Latency:   emulator.Latency{First: emulator.Fixed(firstAfter)},
		})
		mux.Handle("/"+p.name+"/", http.StripPrefix("/"+p.name, e))
	}
	l, err := listen(mux)
	if err != nil {
		return err
	}
	return attend(l)
}

func (p pace) turn() emulator.Turn {
	t := emulator.Turn{Chunk: p.gap, Usage: &emulator.Usage{Input: 12, Output: chunks}}
	for range chunks {
		t.Chunks = append(t.Chunks, p.word)
	}
	t.Text = strings.Join(t.Chunks, "")
	return t
}
