package chain

import (
	"context"
	"errors"
	"maps"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/templates"
)

// retried calls a step as often as its policy says.
func (f frame) retried(ctx context.Context, s Step, opts *guarded, in env) (Values, error) {
	if opts.retry == nil {
		return call(ctx, f, s, in)
	}
	p := *opts.retry
	if p.Retry == nil {
		p.Retry = worthRetrying
	}
	own := p.Retry
	p.Retry = func(err error) bool { return !isWaiting(err) && own(err) }
	if f.run.sink != nil {
		ctx = message.WithObserver(ctx, message.Observer{Notice: func(n message.Notice) { f.notice(n, 0) }})
	}
	return retry.Do(ctx, p, func(ctx context.Context) (Values, error) { return call(ctx, f, s, in) })
}

// worthRetrying reports whether another try may help. A step's own code mostly
// returns errors without a class, which get the benefit of the doubt.
func worthRetrying(err error) bool {
	if _, spent := errors.AsType[*retry.Error](err); spent {
		return false
	}
	if _, panicked := errors.AsType[*PanicError](err); panicked {
		return false
	}
	if _, input := errors.AsType[*InputError](err); input {
		return false
	}
	if _, input := errors.AsType[*templates.VariableError](err); input {
		return false
	}
	switch retry.Classify(err) {
	case retry.Canceled, retry.DailyQuota, retry.Overflow:
		return false
	}
	return true
}

// rescue does what a step's options say about its failure.
func (f frame) rescue(ctx context.Context, s Step, opts *guarded, in env, failed error) (Values, error) {
	if opts == nil || ctx.Err() != nil {
		return nil, failed
	}
	names := s.Outputs()
	err := failed
	if len(opts.onError) > 0 {
		vals := maps.Clone(in.all())
		if vals == nil {
			vals = Values{}
		}
		vals["error"] = map[string]any{"step": f.path, "message": failed.Error()}
		at := f
		at.path += "/onError"
		maps.Copy(vals, nulls(names))
		if err = at.sequence(ctx, opts.onError, vals); err == nil || isWaiting(err) {
			return env{base: vals}.only(names), err
		}
	}
	if opts.optional && ctx.Err() == nil {
		return nulls(names), nil
	}
	return nil, err
}

// rescue checks the steps that run when another fails, and widens the types of
// what that one makes by what they make in its place.
func (k *checker) rescue(at string, steps []Step, sig *signature, sc *scope) {
	inside := sc.block()
	if inside.lookup("error") == nil {
		inside.vars["error"] = &variable{typ: typ{schema: failureShape}, used: true}
	}
	k.sequence(at+"/onError", steps, inside)
	for i, g := range sig.gives {
		v := inside.vars[g.name]
		if v == nil || sc.lookup(g.name) != nil {
			sig.gives[i].typ.nullable = true
			continue
		}
		v.used = true
		sig.gives[i] = united([]give{g, {name: g.name, typ: v.typ, kept: g.kept}}, true)
	}
	k.unusedInside(inside)
}

var failureShape = &jsonschema.Schema{
	Type: "object", Required: []string{"step", "message"},
	Properties: map[string]*jsonschema.Schema{"step": {Type: "string"}, "message": {Type: "string"}},
}
