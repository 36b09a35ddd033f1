package chain

import (
	"regexp"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/types"
	"github.com/google/jsonschema-go/jsonschema"
)

// bindings checks a step's options and returns the types of what its With
// computes.
func (k *checker) bindings(at string, opts *guarded, sc *scope) map[string]typ {
	if opts == nil {
		return nil
	}
	if opts.timeout < 0 {
		k.fault(at, "timeout", "", "its timeout is negative")
	}
	if r := opts.retry; r != nil && (r.MaxElapsed < 0 || r.Base < 0 || r.Cap < 0) {
		k.fault(at, "retry", "", "a duration of its retry is negative")
	}
	if opts.when != nil {
		k.condition(at, "when", opts.when, sc)
	}
	computed := make(map[string]typ, len(opts.with))
	for _, b := range opts.with {
		computed[b.name] = k.expression(at, "with."+b.name, b.expr, sc)
	}
	return computed
}

// condition checks an expression that must give true or false.
func (k *checker) condition(at, field string, e *expression, sc *scope) {
	t := k.expression(at, field, e, sc)
	if have := kinds(t.schema); have != nil && !overlap(have, []string{"boolean"}) {
		k.fault(at, field, "compare it with something", "the condition %s gives %s, not true or false", e.src, article(have))
	}
}

// expression checks e against what exists in sc and returns its type.
func (k *checker) expression(at, field string, e *expression, sc *scope) typ {
	if e.err != nil {
		k.fault(at, field, "", "%s: %v", e.src, e.err)
		return anyType()
	}
	whole := true
	for _, name := range e.names {
		v := sc.lookup(name)
		if v == nil {
			k.unknownName(at, field, name, sc)
			whole = false
			continue
		}
		v.used = true
	}
	if !whole || usesEnv(e) {
		return anyType()
	}
	known := types.Map{}
	for _, name := range e.names {
		known[name] = types.Any
		if v := sc.lookup(name); v != nil {
			known[name] = v.typ.exprType()
		}
	}
	program, err := expr.Compile(e.src, expr.Env(known))
	if err != nil {
		text := tidyExprError(err).Error()
		k.fault(at, field, fieldHint(text, e.names, sc), "%s: %s", e.src, text)
		return anyType()
	}
	k.nullAccess(at, field, e, sc)
	if n, ok := program.Node().(*ast.IdentifierNode); ok && sc.lookup(n.Value) != nil {
		return sc.lookup(n.Value).typ
	}
	if t, ok := memberType(program.Node(), sc); ok {
		return t
	}
	return natureType(program.Node().Nature())
}

var unknownField = regexp.MustCompile(`unknown field (\w+)`)

// fieldHint looks for the field that a misspelt one was meant to be, among
// those of the values that the expression reads.
func fieldHint(text string, read []string, sc *scope) string {
	m := unknownField.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	var known []string
	for _, name := range read {
		if v := sc.lookup(name); v != nil && v.typ.schema != nil {
			known = addNew(known, sortedKeys(v.typ.schema.Properties))
		}
	}
	return didYouMean(m[1], known)
}

func (k *checker) unknownName(at, field, name string, sc *scope) {
	if by, ok := sc.notYet(name); ok {
		k.tooEarly(at, field, name, by)
		return
	}
	if k.free {
		if _, ok := k.found[name]; !ok {
			k.found[name] = nil
		}
		k.wanted[name] = true
		return
	}
	k.fault(at, field, didYouMean(name, sc.names()), "there is no value %s here", name)
}

func usesEnv(e *expression) bool {
	var found bool
	ast.Find(e.program.Node(), func(n ast.Node) bool {
		id, ok := n.(*ast.IdentifierNode)
		found = found || ok && id.Value == "$env"
		return found
	})
	return found
}

// nullAccess reports a.b where a may be null and the expression neither says
// a?.b nor compares a with nil.
func (k *checker) nullAccess(at, field string, e *expression, sc *scope) {
	compared := map[string]bool{}
	ast.Find(e.program.Node(), func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryNode); ok {
			noteCompared(b, compared)
		}
		return false
	})
	ast.Find(e.program.Node(), func(n ast.Node) bool {
		m, ok := n.(*ast.MemberNode)
		if !ok || m.Optional {
			return false
		}
		id, ok := m.Node.(*ast.IdentifierNode)
		if !ok || compared[id.Value] {
			return false
		}
		if v := sc.lookup(id.Value); v != nil && v.typ.nullable {
			hint := "write " + id.Value + "?." + m.Property.String()
			if s, ok := m.Property.(*ast.StringNode); ok {
				hint = "write " + id.Value + "?." + s.Value
			}
			k.fault(at, field, hint, "%s: %s may be null", e.src, id.Value)
			return true
		}
		return false
	})
}

func noteCompared(b *ast.BinaryNode, compared map[string]bool) {
	left, right := b.Left, b.Right
	if _, ok := left.(*ast.NilNode); ok {
		left, right = right, left
	}
	if _, ok := right.(*ast.NilNode); !ok {
		return
	}
	if id, ok := left.(*ast.IdentifierNode); ok {
		compared[id.Value] = true
	}
}

// memberType follows a.b.c through the schemas.
func memberType(n ast.Node, sc *scope) (typ, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if v := sc.lookup(n.Value); v != nil {
			return v.typ, true
		}
	case *ast.ChainNode:
		return memberType(n.Node, sc)
	case *ast.MemberNode:
		base, ok := memberType(n.Node, sc)
		name, isName := n.Property.(*ast.StringNode)
		if !ok || !isName || base.schema == nil || base.schema.Properties[name.Value] == nil {
			return typ{}, false
		}
		required := false
		for _, r := range base.schema.Required {
			required = required || r == name.Value
		}
		return typ{schema: base.schema.Properties[name.Value], nullable: base.nullable || !required}, true
	}
	return typ{}, false
}

// natureType is expr-lang's idea of a result as a schema.
func natureType(n *nature.Nature) typ {
	if n == nil || n.IsUnknown(&nature.Cache{}) {
		return anyType()
	}
	switch {
	case n.IsString():
		return typeNamed("string")
	case n.IsBool():
		return typeNamed("boolean")
	case n.IsInteger, n.IsFloat:
		return typeNamed("number")
	case n.IsArray():
		return typ{schema: &jsonschema.Schema{Type: "array"}}
	case n.IsMap():
		return typeNamed("object")
	}
	return anyType()
}
