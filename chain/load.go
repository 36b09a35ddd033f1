package chain

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/schema"
	"gopkg.in/yaml.v3"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/tools"
)

// chainSchema is what a chain file says it is.
const chainSchema = "causeway.chain/v1"

// Registry holds what chain files name. What no file names may be left out.
type Registry struct {
	Model      func(id string) (llms.Model, error) // by a name of the project's or a model's id; asked on every run
	Templates  *templates.Library
	Tools      *tools.Set
	Memory     map[string]memory.Store
	Steps      map[string]Step // for func
	Retrievers map[string]schema.Retriever
	// Checkpoints is where the chains' runs write down what they have done, as
	// Options.Checkpoints.
	Checkpoints Checkpointer
	// Events hears the events of every run of the chains, as Options.Events.
	Events func(Event)
}

// Load reads the chain in the YAML file name of fsys, with the chains it names
// in turn, and checks it with everything it names: prompts are resolved, so
// that what they need is known. Its error is a [CheckError] with every fault,
// each with file, line and column.
func Load(ctx context.Context, fsys fs.FS, name string, r *Registry) (*Chain, error) {
	if r == nil {
		r = &Registry{}
	}
	l := &loader{ctx: ctx, fsys: fsys, r: r, done: map[string]*Chain{}}
	c := l.file(path.Clean(name))
	if len(l.faults) > 0 {
		called := name
		if c != nil {
			called = c.name
		}
		return nil, &CheckError{Chain: called, Faults: l.faults}
	}
	return c, nil
}

// loader reads a chain file and those it names.
type loader struct {
	ctx    context.Context
	fsys   fs.FS
	r      *Registry
	faults []Fault
	stack  []string          // the files being read, outermost first
	done   map[string]*Chain // by file; nil for one with faults
}

// file reads one chain file. What is wrong is in l.faults, and nil returned
// where there is nothing to go on with.
func (l *loader) file(name string) *Chain {
	if c, ok := l.done[name]; ok {
		return c
	}
	l.stack = append(l.stack, name)
	defer func() { l.stack = l.stack[:len(l.stack)-1] }()
	d := &document{name: name}
	c := l.read(d)
	l.faults = append(l.faults, d.faults...)
	if len(d.faults) > 0 {
		c = nil
	}
	l.done[name] = c
	return c
}

func (l *loader) read(d *document) *Chain {
	data, err := readFile(l.fsys, d.name)
	if err != nil {
		d.faults = append(d.faults, Fault{File: d.name, Message: err.Error()})
		return nil
	}
	root := d.open(data)
	if root == nil {
		return nil
	}
	f, ok := d.mapping(root, "a chain", "schema", "name", "description", "model", "input", "memory", "timeout", "steps", "output")
	if !ok {
		return nil
	}
	b := &builder{loader: l, d: d, at: map[string]map[string]*yaml.Node{}, model: f.text("model")}
	b.header(f)
	o := &Options{
		Description: f.text("description"), Output: f.texts("output"), Timeout: f.duration("timeout"),
		Input: b.input(f), Events: l.r.Events, Checkpoints: l.r.Checkpoints,
	}
	b.memory(f, o)
	var steps []Step
	if n := f.vals["steps"]; n != nil {
		steps = b.steps("", n)
	} else {
		d.fault(root, "", "the chain has no steps")
		return nil
	}
	b.mark("", f)
	return b.check(f.text("name"), steps, o)
}

// readFile reads at most a little more than a chain file may have.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("the chain file cannot be read: %w", err)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("the file has %d bytes: a chain has at most %d", info.Size(), maxFile)
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("the chain file cannot be read: %w", err)
	}
	return data, nil
}

// builder makes the steps of one file.
type builder struct {
	*loader
	d     *document
	model string                           // the chain's default
	at    map[string]map[string]*yaml.Node // where each field of each step stands, by the step's path
}

func (b *builder) header(f fields) {
	switch s := f.text("schema"); {
	case !f.has("schema"):
		b.d.fault(f.node, "", "the file does not say what it is: begin with schema: %s", chainSchema)
	case s != chainSchema:
		b.d.fault(f.vals["schema"], "", "schema is %s and must be %s", s, chainSchema)
	}
	if !f.has("name") {
		b.d.fault(f.node, "", "the chain has no name")
	} else if name := f.text("name"); name != "" && !stepName.MatchString(name) {
		b.d.fault(f.vals["name"], "", "%q is no name for a chain: a letter or _, then up to 63 letters, digits, _ and -", name)
	}
	if f.has("output") && len(f.texts("output")) == 0 {
		b.d.fault(f.vals["output"], "leave it out to return everything", "output names nothing")
	}
}

func (b *builder) memory(f fields, o *Options) {
	n := f.vals["memory"]
	if n == nil {
		return
	}
	m, ok := b.d.mapping(n, "memory", "store", "window", "maxTokens", "merge")
	if !ok {
		return
	}
	name := m.text("store")
	if name == "" {
		name = "default"
	}
	store := b.r.Memory[name]
	if store == nil {
		at := n
		if m.has("store") {
			at = m.vals["store"]
		}
		b.d.fault(at, didYouMean(name, sortedKeys(b.r.Memory)), "there is no memory store %s", name)
		return
	}
	o.Memory = store
	o.MemoryOptions = &memory.Options{Window: m.number("window"), MaxTokens: m.number("maxTokens"), Merge: m.flag("merge")}
}

// mark notes where the fields of a step stand.
func (b *builder) mark(step string, f fields) {
	if b.at[step] == nil {
		b.at[step] = map[string]*yaml.Node{}
	}
	b.at[step][""] = f.node
	maps.Copy(b.at[step], f.vals)
}

// check checks the wiring and gives every fault its place in the file.
func (b *builder) check(name string, steps []Step, o *Options) *Chain {
	if name == "" {
		name = path.Base(b.d.name)
	}
	c := &Chain{name: name, steps: steps, o: *o}
	k := &checker{chain: name, ctx: b.ctx, loading: true}
	k.chainFaults(c)
	for _, f := range k.faults {
		if n := b.place(f); n != nil {
			f.File, f.Line, f.Column = b.d.name, n.Line, n.Column
		} else {
			f.File = b.d.name
		}
		if !slices.Contains(b.d.faults, f) {
			b.d.faults = append(b.d.faults, f)
		}
	}
	slices.SortStableFunc(b.d.faults, func(x, y Fault) int {
		if x.Line != y.Line {
			return x.Line - y.Line
		}
		return x.Column - y.Column
	})
	return c
}

// place finds the node that a fault is about: its field, or what the field is
// part of, or its step.
func (b *builder) place(f Fault) *yaml.Node {
	at := b.at[f.Step]
	for step := f.Step; at == nil && step != ""; {
		step = path.Dir(step)
		if step == "." {
			step = ""
		}
		at = b.at[step]
	}
	for field := f.Field; field != ""; {
		if n := at[field]; n != nil {
			return n
		}
		i := lastDot(field)
		if i < 0 {
			break
		}
		field = field[:i]
	}
	return at[""]
}

func lastDot(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '.' {
			return i
		}
	}
	return -1
}
