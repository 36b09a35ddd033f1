package chain

import (
	"slices"
	"strings"
)

// Writes reports whether the step at path, as events name it, makes an output
// of the chain: whether its tokens are that output being written. Of a step
// with steps inside, in a chain within a chain for example, those that make
// something else on the way do not.
func (c *Chain) Writes(output, path string) bool {
	return writes(c.steps, output, strings.Split(path, "/"))
}

func writes(steps []Step, output string, path []string) bool {
	i := slices.IndexFunc(steps, func(s Step) bool { return s.Name() == path[0] })
	if i < 0 || !slices.Contains(steps[i].Outputs(), output) {
		return false
	}
	path = path[1:]
	s, opts := unguard(steps[i])
	if opts != nil && len(opts.onError) > 0 && len(path) > 1 && path[0] == "onError" {
		return writes(opts.onError, output, path[1:])
	}
	for {
		r, ok := s.(*renamed)
		if !ok {
			break
		}
		if r.to == output {
			output = r.from
		}
		s, _ = unguard(r.Step)
	}
	inside := childrenOf(s)
	if len(path) == 0 || inside == nil {
		return true // somebody else's step may run what it likes below itself
	}
	switch s.(type) {
	case *forEach, *gathered:
		return false // a list, an object: no step inside writes it
	case *loop:
		path = path[1:] // the round
	}
	return len(path) > 0 && writes(inside, output, path)
}
