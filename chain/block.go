package chain

import (
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
)

// block is what steps made of other steps have in common.
type block struct {
	name  string
	steps []Step
}

func (b *block) Name() string { return b.name }

// children returns the steps inside, for whoever draws or counts them.
func (b *block) children() []Step { return b.steps }

func (k *checker) notEmpty(at, field string, steps []Step) {
	if len(steps) == 0 {
		k.fault(at, field, "", "it has no steps")
	}
	for _, s := range steps {
		if s == nil {
			k.fault(at, field, "", "one of its steps is nil")
		}
	}
}

// outputsOf returns what a sequence of steps makes.
func outputsOf(steps []Step) []string {
	var names []string
	for _, s := range steps {
		if s != nil {
			names = addNew(names, s.Outputs())
		}
	}
	return names
}

// inputsOf returns what a sequence of steps reads and does not make before.
func inputsOf(steps []Step) []string {
	var names, made []string
	for _, s := range steps {
		if s == nil {
			continue
		}
		for _, n := range s.Inputs() {
			if !slices.Contains(made, n) {
				names = addNew(names, []string{n})
			}
		}
		made = append(made, s.Outputs()...)
	}
	return names
}

func addNew(names, more []string) []string {
	for _, n := range more {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

func without(names []string, gone ...string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return slices.Contains(gone, n) })
}

// failureList is the type of the lists that collected errors make.
var failureList = &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{
	Type:     "object",
	Required: []string{"error"},
	Properties: map[string]*jsonschema.Schema{
		"step": {Type: "string"}, "index": {Type: "integer"}, "error": {Type: "string"},
	},
}}
