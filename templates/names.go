package templates

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/causeway-go/causeway/internal/nearest"
)

// checker holds the names that texts use against the variables that the file
// declares.
type checker struct {
	inputs  map[string]*input
	history string
	used    map[string]bool
}

// where is what is known of the value a name stands for.
type where struct {
	shape *shape
	open  bool // it may hold anything
}

// check returns what is wrong with one use of a name, "" if nothing.
func (c *checker) check(u use) string {
	var around []where
	for _, path := range u.within {
		w, _ := c.resolve(path, around)
		if !w.open && w.shape.items != nil {
			w = where{shape: w.shape.items}
		} else if !w.open && slices.Equal(w.shape.types, []string{"array"}) {
			w = where{open: true}
		}
		around = append(around, w)
	}
	if len(u.path) == 0 {
		if len(around) == 0 {
			return "{{.}} means the element of the section around it; there is none"
		}
		return ""
	}
	w, message := c.resolve(u.path, around)
	if message == "" && !u.section && w.shape != nil && w.shape.schema.ContentMediaType != "" {
		return fmt.Sprintf("%s is media; place it as an image, document, video or audio block", u.path[0])
	}
	return message
}

// resolve finds what path means inside the sections around it.
func (c *checker) resolve(path []string, around []where) (where, string) {
	if len(path) == 0 {
		if len(around) == 0 {
			return where{open: true}, ""
		}
		return around[len(around)-1], ""
	}
	w, found := c.first(path[0], around)
	if !found {
		return where{open: true}, c.undeclared(path[0])
	}
	for i, segment := range path[1:] {
		if w.open || isOpen(w.shape) {
			return where{open: true}, ""
		}
		next := w.shape.properties[segment]
		if next == nil {
			return where{open: true}, fmt.Sprintf("%s has no declared property %q", strings.Join(path[:i+1], "."), segment)
		}
		w = where{shape: next}
	}
	return w, ""
}

func (c *checker) first(name string, around []where) (where, bool) {
	maybe := false
	for _, w := range slices.Backward(around) {
		if w.open || isOpen(w.shape) {
			maybe = true
			continue
		}
		if s := w.shape.properties[name]; s != nil {
			return where{shape: s}, true
		}
	}
	if in := c.inputs[name]; in != nil {
		c.used[name] = true
		return where{shape: in.shape, open: maybe}, true
	}
	return where{open: true}, maybe
}

// isOpen reports whether a value of this shape may have properties that the
// file does not name.
func isOpen(s *shape) bool {
	if len(s.properties) > 0 || s.closed {
		return false
	}
	return len(s.types) == 0 || slices.Contains(s.types, "object")
}

func (c *checker) undeclared(name string) string {
	if name == c.history {
		return fmt.Sprintf("%s is the history; it stands between messages, not in a text", name)
	}
	names := slices.Sorted(maps.Keys(c.inputs))
	if near := nearest.Word(name, names); near != "" {
		return fmt.Sprintf("the variable %q is not declared; did you mean %s?", name, near)
	}
	return fmt.Sprintf("the variable %q is not declared; add it under input.properties", name)
}
