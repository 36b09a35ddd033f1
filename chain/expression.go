package chain

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// maxExpression bounds the source of one expression. What an expression may
// use while it runs is bounded by expr's own memory budget.
const maxExpression = 8 << 10

// expression is a compiled expr-lang expression over values. It is compiled
// without types, so that it runs on whatever the values really hold; the
// checker compiles it a second time with the types it knows.
type expression struct {
	src     string
	program *vm.Program
	names   []string // the values it reads, in order of appearance
	err     error    // why it does not compile
}

var quoted = regexp.MustCompile(`(?s)".*"|\(.*\)`)

func compile(src string) *expression {
	e := &expression{src: src}
	if len(src) > maxExpression {
		e.err = fmt.Errorf("the expression has %d bytes; %d is the limit", len(src), maxExpression)
		return e
	}
	if strings.TrimSpace(src) == "" {
		e.err = errors.New("the expression is empty")
		return e
	}
	free := &freeNames{}
	program, err := expr.Compile(src, expr.Env(Values{}), expr.AllowUndefinedVariables(), expr.Patch(free))
	if err != nil {
		e.err = tidyExprError(err)
		return e
	}
	e.program, e.names = program, free.names()
	return e
}

// eval runs the expression.
func (e *expression) eval(vals Values) (any, error) {
	if e.err != nil {
		return nil, e.err
	}
	v, err := expr.Run(e.program, vals)
	if err != nil {
		// Values, which are nobody's business, stand in quotes or brackets in expr's messages.
		return nil, fmt.Errorf("expression %s: %s", e.src, quoted.ReplaceAllString(tidyExprError(err).Error(), "(...)"))
	}
	return v, nil
}

// truth runs the expression and requires a bool.
func (e *expression) truth(vals Values) (bool, error) {
	v, err := e.eval(vals)
	if err != nil {
		return false, err
	}
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("expression %s gives %s; a condition must give true or false", e.src, kindOf(v))
	}
	return b, nil
}

// freeNames collects the identifiers an expression reads, without those it
// declares itself with let.
type freeNames struct {
	read     []string
	declared map[string]bool
}

// Visit implements ast.Visitor.
func (f *freeNames) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if n.Value != "$env" && !slices.Contains(f.read, n.Value) {
			f.read = append(f.read, n.Value)
		}
	case *ast.VariableDeclaratorNode:
		if f.declared == nil {
			f.declared = make(map[string]bool)
		}
		f.declared[n.Name] = true
	}
}

func (f *freeNames) names() []string {
	return slices.DeleteFunc(f.read, func(n string) bool { return f.declared[n] })
}

// tidyExprError returns expr's error without the picture it draws of the
// source, which our own messages quote already.
func tidyExprError(err error) error {
	if fe, ok := errors.AsType[*file.Error](err); ok {
		return errors.New(fe.Message)
	}
	return err
}

// kindOf names the JSON kind of v for a reader.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case int, int32, int64, float32, float64, uint, uint32, uint64:
		return "a number"
	}
	return fmt.Sprintf("a %T", v)
}
