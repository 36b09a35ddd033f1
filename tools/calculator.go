package tools

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
)

type calculation struct {
	Expression string `json:"expression" maxLength:"1000" jsonschema:"such as (1200 * 1.21) / 12 or sqrt(2) ** 3; functions: abs ceil floor round min max sqrt pow log log2 log10 exp sin cos tan; constants: pi e"`
}

// Calculator returns a tool named calculator that works out one expression of
// numbers: in float64, told with 15 digits, of which all are right for what
// people ask (0.1 + 0.2 is 0.3, and money adds up to a trillion with cents).
// It knows no variables and no loops, so an expression ends at once.
func Calculator() *Tool {
	return Must(New("calculator", "Work out an arithmetic expression exactly. Use it for every sum, instead of guessing.",
		func(_ context.Context, in calculation) (string, error) { return calculate(in.Expression) },
		&Options{Idempotent: true}))
}

func calculate(expression string) (string, error) {
	program, err := expr.Compile(expression, calculatorRules()...)
	if err != nil {
		return "", fmt.Errorf("cannot work it out: %w", err)
	}
	out, err := expr.Run(program, constants)
	if err != nil {
		return "", fmt.Errorf("cannot work it out: %w", err)
	}
	switch v := out.(type) {
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "", errors.New("the result is not a finite number: a division by zero, or too large")
		}
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return strconv.FormatFloat(v+0, 'f', -1, 64), nil // +0 makes -0 a 0
		}
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
		if size := math.Abs(v); size < 1e-6 || size >= 1e15 {
			return strconv.FormatFloat(v, 'g', -1, 64), nil
		}
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", fmt.Errorf("the result is a %T; only numbers and comparisons can be worked out", out)
}

var constants = map[string]any{"pi": math.Pi, "e": math.E}

// calculatorRules leave nothing of the expression language but arithmetic.
func calculatorRules() []expr.Option {
	rules := []expr.Option{expr.Env(constants), expr.DisableAllBuiltins(), expr.Patch(floatsOnly{})}
	for name, f := range map[string]func(float64) float64{
		"abs": math.Abs, "ceil": math.Ceil, "floor": math.Floor, "round": math.Round, "sqrt": math.Sqrt,
		"log": math.Log, "log2": math.Log2, "log10": math.Log10, "exp": math.Exp,
		"sin": math.Sin, "cos": math.Cos, "tan": math.Tan,
	} {
		rules = append(rules, expr.Function(name, func(a ...any) (any, error) {
			return f(a[0].(float64)), nil
		}, new(func(float64) float64)))
	}
	for name, f := range map[string]func(a, b float64) float64{
		"min": math.Min, "max": math.Max, "pow": math.Pow, "mod": math.Mod,
	} {
		rules = append(rules, expr.Function(name, func(a ...any) (any, error) {
			return f(a[0].(float64), a[1].(float64)), nil
		}, new(func(a, b float64) float64)))
	}
	return rules
}

// floatsOnly makes every number a float64: the language's integers overflow
// without a word.
type floatsOnly struct{}

func (floatsOnly) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IntegerNode:
		ast.Patch(node, &ast.FloatNode{Value: float64(n.Value)})
	case *ast.BinaryNode:
		if n.Operator == "%" {
			ast.Patch(node, &ast.CallNode{
				Callee:    &ast.IdentifierNode{Value: "mod"},
				Arguments: []ast.Node{n.Left, n.Right},
			})
		}
	}
}
