package tools

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// Set is the tools a model is offered. It does not change once made, and is
// safe for concurrent use. A nil *Set is an empty one.
type Set struct {
	tools       []*Tool
	byName      map[string]*Tool
	names       []string
	definitions []llms.Tool
}

// NewSet returns a set of tools, in that order. Two of one name are an error.
func NewSet(tools ...*Tool) (*Set, error) {
	s := &Set{tools: slices.Clone(tools), byName: make(map[string]*Tool, len(tools))}
	for i, t := range tools {
		if t == nil {
			return nil, fmt.Errorf("tool %d of the set is nil", i+1)
		}
		if s.byName[t.name] != nil {
			return nil, fmt.Errorf("tool %s is twice in the set: a model could not tell them apart", t.name)
		}
		s.byName[t.name] = t
		s.names = append(s.names, t.name)
		s.definitions = append(s.definitions, t.definition())
	}
	return s, nil
}

// Definitions are the tools as llms.WithTools takes them. Parameters is a
// json.RawMessage, encoded once; langchaingo's googleai wants a map there. The
// slice is shared: read only.
func (s *Set) Definitions() []llms.Tool {
	if s == nil {
		return nil
	}
	return slices.Clip(s.definitions)
}

// Names lists the tools. The slice is shared: read only.
func (s *Set) Names() []string {
	if s == nil {
		return nil
	}
	return slices.Clip(s.names)
}

// Get returns the tool of that name.
func (s *Set) Get(name string) (*Tool, bool) {
	if s == nil {
		return nil, false
	}
	t, ok := s.byName[name]
	return t, ok
}

// Subset returns a set of the named tools, in the order named. A name that is
// not in s is an error that lists those that are.
func (s *Set) Subset(names ...string) (*Set, error) {
	picked := make([]*Tool, 0, len(names))
	var missing []string
	for _, name := range names {
		t, ok := s.Get(name)
		if !ok {
			missing = append(missing, "there is no tool "+unknownName(name, s.Names(), "the tools are", "there are none"))
			continue
		}
		picked = append(picked, t)
	}
	if missing != nil {
		return nil, fmt.Errorf("%s", strings.Join(missing, "\n"))
	}
	return NewSet(picked...)
}
