package templates

import (
	"errors"
	"fmt"
	"sync"
)

// ErrTooLarge says that a rendering passed its limit of output or of work.
var ErrTooLarge = errors.New("the rendered text is too large")

// Render fills the template in. data is plain JSON data, usually a
// map[string]any: strings, numbers, booleans, nil, []any and map[string]any,
// and named or typed forms of these; anything else (a struct, a func) is
// refused. Values are printed as they are and never read as template.
//
// A name that is found nowhere is a *[VariableError] with ErrMissing; only a
// section over a missing key of an object that data supplied is empty.
func (t *Text) Render(data any) (string, error) {
	vars, ok := data.(map[string]any)
	if ok {
		return t.render(&scope{vars: vars, unchecked: true})
	}
	plain, _, err := toPlain(data)
	if err != nil {
		return "", err
	}
	if vars, ok = plain.(map[string]any); ok {
		return t.render(&scope{vars: vars})
	}
	return t.render(&scope{self: plain})
}

// scope is what the names of a text mean outside every section.
type scope struct {
	prompt    string
	vars      map[string]any // what the caller gave
	converted map[string]any // the same, where a value had to be made plain
	inputs    map[string]*input
	self      any  // data that is no object
	unchecked bool // vars may hold what is not plain: look when it is used
	err       *VariableError
}

func (s *scope) lookup(name string) (value any, fence string, found bool) {
	in := s.inputs[name]
	if in != nil {
		fence = in.fence
	}
	if value, found = s.converted[name]; found {
		return value, fence, true
	}
	if value, found = s.vars[name]; found {
		if _, text := value.(string); !text && s.unchecked {
			value = s.plain(name, value)
		}
		return value, fence, true
	}
	if in == nil {
		return nil, "", false
	}
	if in.hasDefault {
		return in.defaultValue, "", true
	}
	return absent{}, "", true
}

// plain makes one of the caller's values plain, and remembers it if it was not.
func (s *scope) plain(name string, value any) any {
	plain, changed, err := toPlain(value)
	if err != nil {
		err.Variable = join(name, err.Variable)
		s.err = err
		return nil
	}
	if changed {
		if s.converted == nil {
			s.converted = map[string]any{}
		}
		s.converted[name] = plain
	}
	return plain
}

// absent is an optional variable that the caller did not give.
type absent struct{}

var runs = sync.Pool{New: func() any { return &run{buf: make([]byte, 0, 4096)} }}

func (t *Text) render(sc *scope) (string, error) {
	if t.flat {
		if out, ok := t.renderFlat(sc); ok {
			return out, nil
		}
	}
	r := runs.Get().(*run)
	r.scope, r.max, r.steps = *sc, t.maxOutput, 0 // a copy: sc stays off the heap
	err := r.exec(t.nodes, 0)
	if r.scope.err != nil {
		err = r.scope.err
	}
	out := ""
	if err == nil {
		out = string(r.buf)
	}
	r.release()
	return out, err
}

// run is one rendering.
type run struct {
	scope  scope
	buf    []byte
	frames []frame // the sections entered, innermost last
	max    int
	steps  int
}

// frame is what a section put in front of the names around it.
type frame struct {
	value any
	fence string // the untrusted variable that value came from
}

// release returns r to the pool, without what it held.
func (r *run) release() {
	clear(r.frames)
	r.frames, r.scope = r.frames[:0], scope{}
	if cap(r.buf) > 1<<18 {
		return // one huge prompt must not keep its memory for ever
	}
	r.buf = r.buf[:0]
	runs.Put(r)
}

func (r *run) exec(nodes []node, depth int) error {
	if depth > maxTextDepth {
		return fmt.Errorf("%w: nested deeper than %d", ErrTooLarge, maxTextDepth)
	}
	for i := range nodes {
		n := &nodes[i]
		err := r.step()
		if err != nil {
			return err
		}
		switch n.kind {
		case kindLiteral:
			r.buf = append(r.buf, n.text...)
		case kindValue:
			err = r.print(n)
		case kindPartial:
			err = r.exec(n.partial.nodes, depth+1)
		default:
			err = r.section(n, depth)
		}
		if err != nil {
			return err
		}
		if len(r.buf) > r.max {
			return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, r.max)
		}
	}
	return nil
}

// step counts work, which a small template over small data can make endless.
func (r *run) step() error {
	if r.steps++; r.steps > maxTextSteps {
		return fmt.Errorf("%w: more than %d steps", ErrTooLarge, maxTextSteps)
	}
	return nil
}

func (r *run) print(n *node) error {
	v, fence, found := r.lookup(n.path)
	if _, none := v.(absent); none || !found {
		return r.missing(n)
	}
	if fence == "" {
		r.buf = appendValue(r.buf, v)
		return nil
	}
	r.buf = append(append(append(r.buf, '<'), fence...), '>')
	start := len(r.buf)
	r.buf = appendValue(r.buf, v)
	if hasFence(r.buf[start:]) {
		return &VariableError{
			Prompt: r.scope.prompt, Variable: n.text, Err: ErrFence,
			Detail: "text that begins a tag with untrusted- cannot be told from the fence around it",
		}
	}
	r.buf = append(append(append(r.buf, "</"...), fence...), '>')
	return nil
}

func (r *run) missing(n *node) error {
	name := n.text
	return &VariableError{Prompt: r.scope.prompt, Variable: name, Err: ErrMissing, Detail: "give it a value, a default, or a section around it"}
}

func (r *run) section(n *node, depth int) error {
	v, fence, found := r.lookup(n.path)
	if !found && len(r.frames) == 0 && len(n.path) == 1 {
		return r.missing(n)
	}
	if !found || isFalse(v) {
		if n.kind == kindInverted {
			return r.exec(n.body, depth+1)
		}
		return nil
	}
	if n.kind == kindInverted {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		return r.enter(n, frame{v, fence}, depth)
	}
	for _, item := range list {
		if err := r.enter(n, frame{item, fence}, depth); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) enter(n *node, f frame, depth int) error {
	if err := r.step(); err != nil { // an empty body costs time too
		return err
	}
	r.frames = append(r.frames, f)
	err := r.exec(n.body, depth+1)
	r.frames = r.frames[:len(r.frames)-1]
	return err
}

// lookup finds a name: its first segment in the innermost section that has
// it, the other segments strictly below that.
func (r *run) lookup(path []string) (v any, fence string, found bool) {
	if len(path) == 0 {
		if n := len(r.frames); n > 0 {
			return r.frames[n-1].value, r.frames[n-1].fence, true
		}
		return r.scope.self, "", r.scope.self != nil
	}
	v, fence, found = r.first(path[0])
	for _, segment := range path[1:] {
		object, ok := v.(map[string]any)
		if !ok {
			return nil, "", false
		}
		if v, found = object[segment]; !found {
			return nil, "", false
		}
	}
	return v, fence, found
}

func (r *run) first(name string) (any, string, bool) {
	for i := len(r.frames) - 1; i >= 0; i-- {
		if object, ok := r.frames[i].value.(map[string]any); ok {
			if v, ok := object[name]; ok {
				return v, r.frames[i].fence, true
			}
		}
	}
	return r.scope.lookup(name)
}

func isFalse(v any) bool {
	switch v := v.(type) {
	case nil, absent:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}
