package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/jsonschema-go/jsonschema"
)

// ApproveOptions are what an Approve can be told.
type ApproveOptions struct {
	// Show names the values that whoever decides should see.
	Show []string
	// Answer is the object schema of what they say; nil means an object with
	// approved, a boolean, and perhaps a reason, a string.
	Answer *jsonschema.Schema
	// Output names the value their answer becomes; empty means the step's name.
	Output string
}

// Approve returns a step that stops the run until somebody answers question:
// Run returns a Result with an Interrupt, and Resume goes on with the answer,
// which becomes the step's value. It decides nothing itself: let the steps
// after it have a When.
func Approve(name, question string, o *ApproveOptions) Step {
	s := &approve{name: name, question: question}
	if o != nil {
		s.o = *o
	}
	s.o.Output = orElse(s.o.Output, name)
	if s.o.Answer == nil {
		s.o.Answer = yesOrNo
	}
	return s
}

var yesOrNo = &jsonschema.Schema{
	Type: "object", Required: []string{"approved"},
	Properties: map[string]*jsonschema.Schema{"approved": {Type: "boolean"}, "reason": {Type: "string"}},
}

type approve struct {
	name, question string
	o              ApproveOptions
}

func (s *approve) Name() string      { return s.name }
func (s *approve) Inputs() []string  { return s.o.Show }
func (s *approve) Outputs() []string { return []string{s.o.Output} }

func (s *approve) Run(ctx context.Context, in Values) (Values, error) {
	return s.exec(ctx, frameOf(ctx), env{base: in})
}

func (s *approve) exec(ctx context.Context, f frame, in env) (Values, error) {
	i := Interrupt{Step: f.path, Question: s.question, Values: in.only(s.o.Show), Answer: s.o.Answer}
	answer, err := f.ask(ctx, f.path, i)
	if err != nil {
		return nil, err
	}
	return Values{s.o.Output: answer}, nil
}

func (s *approve) describe(k *checker, at string, _ *scope) signature {
	if s.question == "" {
		k.fault(at, "approve", "", "it asks nothing: give it a question")
	}
	if s.o.Answer.Type != "object" {
		k.fault(at, "answer", "", "the answer must be an object")
	} else if _, err := s.o.Answer.CloneSchemas().Resolve(nil); err != nil {
		k.fault(at, "answer", "", "the answer is not a valid schema: %v", err)
	}
	k.waits = true
	sig := signature{acts: true, gives: []give{{name: s.o.Output, typ: typ{schema: s.o.Answer}}}}
	for _, name := range s.o.Show {
		sig.needs = append(sig.needs, need{name: name, nullable: true})
	}
	return sig
}

// waiting is the error by which a run stops at a question. It is no failure.
type waiting struct{ asked Interrupt }

func (w *waiting) Error() string {
	return fmt.Sprintf("the run waits for an answer to %q", w.asked.Question)
}

func isWaiting(err error) bool {
	_, ok := errors.AsType[*waiting](err)
	return ok
}

// ask returns the answer to a question that was put earlier, or puts it and
// stops the run. Key is the place that asks, the same in every resumption. One
// question is put at a time: where several steps ask side by side the others
// wait for their turn.
func (f frame) ask(ctx context.Context, key string, i Interrupt) (Values, error) {
	i.ID = key
	j := f.run.journal
	if j == nil {
		return nil, errors.New("it asks a human, which works only inside a chain's run")
	}
	j.mu.Lock()
	answer, answered := j.answers[key]
	pending := j.pending
	if !answered && pending == nil {
		j.pending = &entry{Key: key, Ask: &i}
	}
	j.mu.Unlock()
	switch {
	case answered:
		return answer, nil
	case pending != nil:
		return nil, &waiting{asked: *pending.Ask}
	}
	if err := j.add(ctx, entry{Kind: "ask", Key: key, Ask: &i}); err != nil {
		return nil, err
	}
	return nil, &waiting{asked: i}
}

// Check says what is wrong with an answer: nil, or an [InputError].
func (i *Interrupt) Check(answer Values) error {
	if i.Answer == nil {
		return nil
	}
	resolved, err := i.Answer.CloneSchemas().Resolve(nil)
	if err != nil {
		return fmt.Errorf("the schema of the answer to %s: %w", i.Step, err)
	}
	plain := numbers(answer)
	if err := resolved.Validate(plain); err != nil {
		return &InputError{Problems: []string{"the answer to " + i.Step + ": " + misfits(i.Answer, plain)}}
	}
	return nil
}
