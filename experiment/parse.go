package experiment

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/expr-lang/expr"
	"gopkg.in/yaml.v3"
)

// Parse reads and checks a causeway.experiment/v1 file. The error is [Faults]:
// every mistake with its line and column.
func Parse(body []byte) (*Experiment, error) { return ParseFile(body, "experiment.yaml") }

// ParseFile is [Parse] with the file's name for its messages.
func ParseFile(body []byte, name string) (*Experiment, error) {
	p := &parser{reader: reader{file: name}, at: map[string]*yaml.Node{}}
	p.e = &Experiment{
		Unit: Conversation, Status: Running, Mode: AB, Coverage: 1,
		Decision: Decision{
			Method: Sequential, Alpha: 0.05, Tuning: 5000, MinUnits: 100,
			SRMAlpha: 0.001, Credible: 0.95, Correction: Holm,
		},
	}
	if root := p.document(body); root != nil {
		p.root = root
		p.experiment(root)
		if root.Kind == yaml.MappingNode {
			p.check()
		}
	}
	if len(p.faults) > 0 {
		return nil, p.faults.sorted()
	}
	p.e.prepare()
	return p.e, nil
}

// parser builds one experiment and remembers where its parts stand, for faults
// that only show once the file is read.
type parser struct {
	reader
	e    *Experiment
	root *yaml.Node
	at   map[string]*yaml.Node // by field name, or "variant "+key
}

var (
	keyForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)
	pinnedForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_/-]*@([1-9][0-9]{0,8}|sha256:[0-9a-f]{8,64})$`)
)

func (p *parser) experiment(root *yaml.Node) {
	e := p.e
	keep := func(name string, read func(n *yaml.Node)) func(*yaml.Node) {
		return func(n *yaml.Node) { p.at[name] = n; read(n) }
	}
	p.mapping(root, "the experiment", fields{
		"schema":      keep("schema", p.schema),
		"key":         keep("key", func(n *yaml.Node) { e.Key = p.key(n, "key") }),
		"description": func(n *yaml.Node) { e.Description = p.text(n, "description") },
		"seed":        func(n *yaml.Node) { e.Seed = p.text(n, "seed") },
		"unit":        func(n *yaml.Node) { e.Unit = word(&p.reader, n, "unit", Conversation, User) },
		"status":      func(n *yaml.Node) { e.Status = word(&p.reader, n, "status", Draft, Running, Stopped) },
		"mode":        func(n *yaml.Node) { e.Mode = word(&p.reader, n, "mode", AB, Canary, Shadow, Switch) },
		"coverage":    func(n *yaml.Node) { e.Coverage = p.number(n, "coverage", 0, 1) },
		"variants":    keep("variants", p.variants),
		"weights":     keep("weights", func(n *yaml.Node) { e.Weights = p.shares(n, "weights", "a weight") }),
		"winner":      keep("winner", func(n *yaml.Node) { e.Winner = p.text(n, "winner") }),
		"active":      keep("active", func(n *yaml.Node) { e.Active = p.text(n, "active") }),
		"layer":       keep("layer", p.layer),
		"force":       keep("force", p.force),
		"targeting":   keep("targeting", p.targeting),
		"canary":      keep("canary", p.canary),
		"metrics":     keep("metrics", p.metrics),
		"decision":    p.decision,
	})
}

func (p *parser) schema(n *yaml.Node) {
	if got := p.text(n, "schema"); got != "" && got != Schema {
		p.fault(n, "schema is %q here, this file needs %s", got, Schema)
	}
}

func (p *parser) key(n *yaml.Node, what string) string {
	text := p.text(n, what)
	if text != "" && !keyForm.MatchString(text) {
		p.fault(n, "%s is %q; it is made of a-z, 0-9, dot, dash and underscore, 64 at most", what, text)
	}
	return text
}

func (p *parser) variants(n *yaml.Node) {
	for _, item := range p.list(n, "variants") {
		var v Variant
		p.mapping(item, "a variant", fields{
			"key":    func(n *yaml.Node) { v.Key = p.key(n, "a variant's key") },
			"prompt": func(n *yaml.Node) { v.Prompt = p.pinned(n) },
			"model":  func(n *yaml.Node) { v.Model = p.text(n, "model") },
			"chain":  func(n *yaml.Node) { v.Chain = p.text(n, "chain") },
		})
		switch first := p.at["variant "+v.Key]; {
		case v.Key == "" && item.Kind == yaml.MappingNode:
			p.fault(item, "a variant needs a key")
		case first != nil:
			p.fault(item, "the variant %q is given twice, first in line %d", v.Key, first.Line)
		default:
			p.at["variant "+v.Key] = item
			p.e.Variants = append(p.e.Variants, v)
		}
	}
}

func (p *parser) pinned(n *yaml.Node) string {
	text := p.text(n, "prompt")
	if text != "" && !pinnedForm.MatchString(text) {
		p.fault(n, "prompt is %q; an experiment pins a version (support/triage@41 or @sha256:…), since an alias could move while it runs", text)
	}
	return text
}

func (p *parser) shares(n *yaml.Node, what, one string) []float64 {
	var out []float64
	for _, item := range p.list(n, what) {
		out = append(out, p.number(item, one, 0, 1))
	}
	return out
}

func (p *parser) layer(n *yaml.Node) {
	p.e.Layer.To = 1
	p.mapping(n, "layer", fields{
		"key":  func(n *yaml.Node) { p.e.Layer.Key = p.key(n, "a layer's key") },
		"from": func(n *yaml.Node) { p.e.Layer.From = p.number(n, "from", 0, 1) },
		"to":   func(n *yaml.Node) { p.e.Layer.To = p.number(n, "to", 0, 1) },
	})
	if p.e.Layer.Key == "" || p.e.Layer.From >= p.e.Layer.To {
		p.fault(n, "a layer has a key and a range, such as {key: checkout, from: 0, to: 0.5}")
	}
}

func (p *parser) force(n *yaml.Node) {
	p.e.Force = map[string]string{}
	p.pairs(n, "force", func(key, value *yaml.Node) {
		p.at["force "+key.Value] = value
		p.e.Force[key.Value] = p.text(value, "a forced variant")
	})
}

func (p *parser) targeting(n *yaml.Node) {
	p.e.Targeting = p.text(n, "targeting")
	if p.e.Targeting == "" {
		return
	}
	program, err := expr.Compile(p.e.Targeting, expr.AllowUndefinedVariables(), expr.AsBool())
	if err != nil {
		p.fault(n, "targeting: %s", firstLine(err))
		return
	}
	p.e.admits = program
}

func (p *parser) canary(n *yaml.Node) {
	p.mapping(n, "canary", fields{
		"steps": func(n *yaml.Node) {
			p.e.Steps = p.shares(n, "steps", "a step")
			for i, s := range p.e.Steps {
				if s <= 0 || i > 0 && s <= p.e.Steps[i-1] {
					p.fault(n, "steps grow from above 0, such as [0.01, 0.1, 0.5]")
					return
				}
			}
		},
	})
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// prepare computes what Assign looks up.
func (e *Experiment) prepare() {
	if e.Seed == "" {
		e.Seed = e.Key
	}
	if len(e.Weights) == 0 {
		e.Weights = make([]float64, len(e.Variants))
		for i := range e.Weights {
			e.Weights[i] = 1 / float64(len(e.Variants))
		}
	}
	e.byKey = map[string]int{}
	for i, v := range e.Variants {
		e.byKey[v.Key] = i
	}
	if e.Winner == "" {
		e.Winner = e.Variants[0].Key
	}
	if e.Active == "" {
		e.Active = e.Variants[0].Key
	}
	e.forced = map[string]int{}
	for unit, key := range e.Force {
		e.forced[unit] = e.byKey[key]
	}
	if e.Mode == Canary && len(e.Steps) == 0 {
		e.Steps = []float64{0.01, 0.05, 0.2, 0.5}
	}
	e.split = newSplit(e.Weights, e.Coverage)
	for step := range e.Steps {
		e.canary = append(e.canary, newSplit(e.weightsAt(step), e.Coverage))
	}
	e.seedFNV = fnv(fnvOffset, e.Seed)
	e.layer = fnv(fnvOffset, e.Layer.Key)
}

// String names the experiment and its split: "triage-tone (control 50%, warm 50%)".
func (e *Experiment) String() string {
	parts := make([]string, len(e.Variants))
	for i, v := range e.Variants {
		parts[i] = fmt.Sprintf("%s %.4g%%", v.Key, math.Round(e.Weights[i]*10000)/100)
	}
	return e.Key + " (" + strings.Join(parts, ", ") + ")"
}
