package memorytest

import (
	"fmt"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
)

// Run runs the suite. Each call of open returns a Store that holds nothing, or
// at least none of the sessions that earlier calls were used for.
func Run(t *testing.T, open func(t *testing.T) memory.Store) {
	for _, c := range []struct {
		name  string
		check func(*testing.T, memory.Store)
	}{
		{"NoSession", noSession},
		{"RoundTrip", roundTrip},
		{"EveryPart", everyPart},
		{"SessionNames", sessionNames},
		{"Conflict", conflict},
		{"Replace", replace},
		{"Delete", deletion},
		{"BegunAgain", begunAgain},
		{"Aliasing", aliasing},
		{"Cancelled", cancelled},
		{"Writers", writers},
		{"Readers", readers},
		{"Huge", huge},
		{"Sessions", sessions},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, open(t)) })
	}
}

// said is a message of one text.
func said(role llms.ChatMessageType, format string, args ...any) llms.MessageContent {
	return llms.TextParts(role, fmt.Sprintf(format, args...))
}

// exchange is a question and its answer.
func exchange(n int) []llms.MessageContent {
	return []llms.MessageContent{
		said(llms.ChatMessageTypeHuman, "question %d", n),
		said(llms.ChatMessageTypeAI, "answer %d", n),
	}
}

func load(t *testing.T, s memory.Store, session string) memory.History {
	t.Helper()
	h, err := s.Load(t.Context(), session)
	if err != nil {
		t.Fatalf("Load(%q): %v", session, err)
	}
	return h
}

func add(t *testing.T, s memory.Store, session string, at memory.Revision, msgs ...llms.MessageContent) memory.Revision {
	t.Helper()
	next, err := s.Append(t.Context(), session, at, msgs...)
	if err != nil {
		t.Fatalf("Append(%q, %q): %v", session, at, err)
	}
	if next == at || next == "" {
		t.Fatalf("Append(%q, %q) returned the revision %q; want a new one", session, at, next)
	}
	return next
}
