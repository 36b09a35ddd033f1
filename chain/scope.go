package chain

// scope is what the checker knows at one point of a chain: the values that
// exist there, and those that only come later. Blocks have scopes inside of
// scopes.
type scope struct {
	parent *scope // nil for the outermost
	vars   map[string]*variable
	later  map[string]elsewhere // values that are made, but not before this point
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
	b := newScope()
	b.parent = s
	return b
}

// lookup finds a value, from the inside out.
func (s *scope) lookup(name string) *variable {
	for ; s != nil; s = s.parent {
		if v := s.vars[name]; v != nil {
			return v
		}
	}
	return nil
}

// notYet says who makes a value that does not exist here.
func (s *scope) notYet(name string) (elsewhere, bool) {
	for ; s != nil; s = s.parent {
		if by, ok := s.later[name]; ok {
			return by, true
		}
	}
	return elsewhere{}, false
}

// names lists all values that exist here.
func (s *scope) names() []string {
	all := map[string]bool{}
	for ; s != nil; s = s.parent {
		for name := range s.vars {
			all[name] = true
		}
	}
	return sortedKeys(all)
}
