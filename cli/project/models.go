package project

import (
	"maps"
	"math"
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"
)

// reference is a fallback, checked when all names are known.
type reference struct {
	from string
	node *yaml.Node
}

// modelForm is what Bedrock takes as a model: an ARN, or provider.model with
// an optional profile prefix and revision.
var modelForm = regexp.MustCompile(`^(arn:aws[a-z-]*:bedrock:\S+|[a-z0-9-]+(\.[A-Za-z0-9_-]+)+(\.\d+)?(:[A-Za-z0-9:]+)?)$`)

// IsModelID reports whether id has the form of a Bedrock model id, inference
// profile or ARN. Only Bedrock knows whether there is such a model.
func IsModelID(id string) bool { return len(id) <= 2048 && modelForm.MatchString(id) }

func (r *reader) models(n *yaml.Node) (map[string]Model, []reference) {
	models := map[string]Model{}
	var refs []reference
	r.pairs(n, "models", func(key, value *yaml.Node) {
		name := key.Value
		if !nameForm.MatchString(name) {
			r.fault(key, "%q is no name for a model: letters, digits, - and _, starting with a letter", name)
		}
		models[name] = r.model(name, value, &refs)
	})
	return models, refs
}

func (r *reader) model(name string, n *yaml.Node, refs *[]reference) Model {
	var m Model
	var given bool
	r.mapping(n, "model "+name, fields{
		"id":     func(n *yaml.Node) { given = true; m.ID = r.modelID(n) },
		"region": func(n *yaml.Node) { m.Region = r.region(n) },
		"quota":  func(n *yaml.Node) { m.Quota = r.quota(n) },
		"price":  func(n *yaml.Node) { m.Price = r.price(n) },
		"fallbacks": func(n *yaml.Node) {
			for _, item := range r.list(n, "fallbacks") {
				if text := r.text(item, "a fallback"); text != "" {
					m.Fallbacks = append(m.Fallbacks, text)
					*refs = append(*refs, reference{from: name, node: item})
				}
			}
		},
	})
	if !given && n.Kind == yaml.MappingNode {
		r.fault(n, "model %s has no id, for example: id: us.anthropic.claude-haiku-4-5-20251001-v1:0", name)
	}
	return m
}

func (r *reader) modelID(n *yaml.Node) string {
	id := r.text(n, "a model's id")
	if id != "" && !IsModelID(id) {
		r.fault(n, "%s is no Bedrock model id; they look like us.anthropic.claude-haiku-4-5-20251001-v1:0 or an ARN", describe(n))
	}
	return id
}

func (r *reader) price(n *yaml.Node) Price {
	var p Price
	r.mapping(n, "price", fields{
		"input":      func(n *yaml.Node) { p.Input = r.amount(n, "input") },
		"output":     func(n *yaml.Node) { p.Output = r.amount(n, "output") },
		"cacheRead":  func(n *yaml.Node) { p.CacheRead = r.amount(n, "cacheRead") },
		"cacheWrite": func(n *yaml.Node) { p.CacheWrite = r.amount(n, "cacheWrite") },
	})
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		r.fault(n, "price says what a million tokens cost, for example {input: 3, output: 15}")
	}
	return p
}

// amount returns a number that is not negative.
func (r *reader) amount(n *yaml.Node, what string) float64 {
	var v float64
	if !r.plain(n) {
		return 0
	}
	if tag := n.ShortTag(); n.Kind != yaml.ScalarNode || tag != "!!int" && tag != "!!float" || n.Decode(&v) != nil || !(v >= 0) || math.IsInf(v, 1) {
		r.fault(n, "%s is the price of a million tokens, such as 3 or 0.25, not %s", what, describe(n))
		return 0
	}
	return v
}

func (r *reader) quota(n *yaml.Node) Quota {
	var q Quota
	r.mapping(n, "quota", fields{
		"rpm": func(n *yaml.Node) { q.RPM = r.count(n, "rpm (requests a minute)") },
		"tpm": func(n *yaml.Node) { q.TPM = r.count(n, "tpm (tokens a minute)") },

		"burndown": func(n *yaml.Node) { q.Burndown = r.count(n, "burndown (quota tokens for a token of output)") },
	})
	return q
}

// resolve checks that every fallback is another model of the project, or has
// the form of a Bedrock id.
func (r *reader) resolve(refs []reference, models map[string]Model) {
	names := slices.Collect(maps.Keys(models))
	for _, ref := range refs {
		_, known := models[ref.node.Value]
		switch {
		case ref.node.Value == ref.from:
			r.fault(ref.node, "model %s falls back on itself", ref.from)
		case !known && !IsModelID(ref.node.Value):
			r.fault(ref.node, "model %s falls back on %q, which is not under models; %s", ref.from, ref.node.Value, Suggest(ref.node.Value, names))
		}
	}
}
