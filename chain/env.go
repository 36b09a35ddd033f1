package chain

import (
	"cmp"
	"maps"
	"slices"
)

// env is what a step can read: the values so far, and over them what its With
// computed. Neither map is changed once it is in an env.
type env struct {
	base Values
	over Values
}

func (e env) get(name string) (any, bool) {
	if v, ok := e.over[name]; ok {
		return v, true
	}
	v, ok := e.base[name]
	return v, ok
}

// all returns everything; the caller does not change it.
func (e env) all() Values {
	if len(e.over) == 0 {
		return e.base
	}
	if len(e.base) == 0 {
		return e.over
	}
	m := maps.Clone(e.base)
	maps.Copy(m, e.over)
	return m
}

// only returns a new map of the named values that exist.
func (e env) only(names []string) Values {
	m := make(Values, len(names))
	for _, n := range names {
		if v, ok := e.get(n); ok {
			m[n] = v
		}
	}
	return m
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
