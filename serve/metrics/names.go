package metrics

import (
	"sync"
	"unicode/utf8"
)

// names keeps the values of one label few: the first max of them count as
// themselves, all others as "other". It is safe for concurrent use.
type names struct {
	max   int
	mu    sync.RWMutex
	known map[string]struct{}
}

// The values of a label that is not a name.
const (
	other   = "other"   // one name too many
	unknown = "unknown" // nobody has said
)

// maxName is how many bytes a name may have; the ARN of an inference profile
// has about 120.
const maxName = 256

func newNames(max int) *names { return &names{max: max, known: map[string]struct{}{}} }

// of returns the label's value for a name.
func (n *names) of(name string) string {
	if name == "" {
		return unknown
	}
	if n.has(name) {
		return name
	}
	if len(name) > maxName || !utf8.ValidString(name) {
		return other
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.known[name]; !ok && len(n.known) >= n.max {
		return other
	}
	n.known[name] = struct{}{}
	return name
}

// has reports whether name counts as itself already.
func (n *names) has(name string) bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	_, ok := n.known[name]
	return ok
}
