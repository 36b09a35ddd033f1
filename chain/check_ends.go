package chain

import (
	"github.com/google/jsonschema-go/jsonschema"
)

// takeOutputs checks the names a chain returns and notes their types.
func (k *checker) takeOutputs(c *Chain, in, made *scope) {
	names := c.o.Output
	if len(names) == 0 {
		names = sortedKeys(made.vars)
	}
	for _, name := range names {
		v := made.lookup(name)
		if v == nil {
			if k.free && len(c.o.Output) > 0 && k.found[name] != nil {
				continue // an input handed through
			}
			k.fault("", "output", didYouMean(name, made.names()), "the chain returns %s, which no step makes", name)
			continue
		}
		v.used = true
		c.produced = append(c.produced, output{name: name, typ: v.typ})
	}
	c.outputs = names
}

// inferInput makes the schema of a chain that declares none.
func (k *checker) inferInput(c *Chain) {
	s := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{}}
	for name, p := range k.found {
		if p == nil {
			p = &jsonschema.Schema{}
		}
		s.Properties[name] = p
	}
	s.Required = sortedKeys(k.wanted)
	c.schema, c.required = s, s.Required
}

// unused reports declared inputs and outputs that nobody reads.
func (k *checker) unused(in, made *scope, c *Chain) {
	for _, name := range sortedKeys(in.vars) {
		if v := in.vars[name]; !v.used {
			k.fault("", "input."+name, "remove it, or use it", "the input %s is never used", name)
		}
	}
	if len(c.o.Output) == 0 {
		return
	}
	for _, name := range sortedKeys(made.vars) {
		if v := made.vars[name]; !v.used && !v.kept {
			k.fault(v.from, "output", "read it in a later step, or name it in the chain's output, or start its name with _", "its output %s is never used", name)
		}
	}
}
