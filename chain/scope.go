package chain

import "maps"

// scope is what the checker knows at one point of a chain: the values that
// exist there, and those that only come later.
type scope struct {
	vars   map[string]*variable
	later  map[string]string // values made after this point: name to the path of the step
	parent *scope            // of a block: where the names that exist already live
}

// variable is one value in a scope.
type variable struct {
	typ  typ
	from string // the path of the step that makes it; empty for an input
	used bool
	kept bool // not reported when unused
}

func newScope() *scope {
	return &scope{vars: map[string]*variable{}, later: map[string]string{}}
}

// block returns a scope inside s: it sees what s sees, and what it adds s does
// not see.
func (s *scope) block() *scope {
	return &scope{vars: maps.Clone(s.vars), later: maps.Clone(s.later), parent: s}
}

func (s *scope) names() []string { return sortedKeys(s.vars) }

// exprTypes is the scope as expr-lang's checker wants it.
func (s *scope) exprTypes() map[string]typ {
	m := make(map[string]typ, len(s.vars))
	for name, v := range s.vars {
		m[name] = v.typ
	}
	return m
}
