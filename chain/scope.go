package chain

import "maps"

// scope is what the checker knows at one point of a chain: the values that
// exist there, and those that only come later.
type scope struct {
	vars  map[string]*variable
	later map[string]elsewhere // values that are made, but not before this point
}

// elsewhere says who makes a value that cannot be read here.
type elsewhere struct {
	step string // its path
	when string // "later", or "side by side with it"
}

// variable is one value in a scope.
type variable struct {
	typ   typ
	from  string // the path of the step that makes it; empty for an input
	used  bool
	kept  bool // not reported when unused
	again bool // a loop's: made anew in every round
}

func newScope() *scope {
	return &scope{vars: map[string]*variable{}, later: map[string]elsewhere{}}
}

// block returns a scope inside s: it sees what s sees, and what it adds s does
// not see.
func (s *scope) block() *scope {
	return &scope{vars: maps.Clone(s.vars), later: maps.Clone(s.later)}
}

func (s *scope) names() []string { return sortedKeys(s.vars) }
