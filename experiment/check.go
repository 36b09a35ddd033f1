package experiment

import (
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
)

// check tells the faults that only the whole file shows.
func (p *parser) check() {
	e := p.e
	for _, name := range []string{"schema", "key", "variants"} {
		if p.at[name] == nil {
			p.fault(p.root, "%s is missing%s", name, map[string]string{"schema": ": schema: " + Schema}[name])
		}
	}
	if e.Mode != Switch && p.at["metrics"] == nil {
		p.fault(p.root, "metrics is missing; say what decides: metrics: {primary: {name: csat}}")
	}
	if len(e.Variants) < 2 && p.at["variants"] != nil {
		p.fault(p.at["variants"], "an experiment compares two variants or more, the first is the control")
	}
	p.checkWeights()
	p.checkNames()
	if e.Mode != Canary && p.at["canary"] != nil {
		p.fault(p.at["canary"], "canary belongs to mode: canary")
	}
	if e.Mode != Switch && p.at["active"] != nil {
		p.fault(p.at["active"], "active belongs to mode: switch")
	}
	p.checkMetrics()
}

func (p *parser) checkWeights() {
	n := p.at["weights"]
	switch {
	case n == nil:
	case len(p.e.Weights) != len(p.e.Variants):
		p.fault(n, "%d weights for %d variants", len(p.e.Weights), len(p.e.Variants))
	case !sums(p.e.Weights):
		p.fault(n, "the weights add up to %.4g, not to 1", total(p.e.Weights))
	}
}

// checkNames looks for variants that are named and do not exist.
func (p *parser) checkNames() {
	keys := make([]string, len(p.e.Variants))
	for i, v := range p.e.Variants {
		keys[i] = v.Key
	}
	known := func(n *yaml.Node, key string) {
		if n != nil && key != "" && !slices.Contains(keys, key) {
			p.fault(n, "there is no variant %q; %s", key, didYouMean(key, keys))
		}
	}
	known(p.at["winner"], p.e.Winner)
	known(p.at["active"], p.e.Active)
	for _, unit := range slices.Sorted(maps.Keys(p.e.Force)) {
		known(p.at["force "+unit], p.e.Force[unit])
	}
}

// checkMetrics refuses names that are used twice and a promotion without a
// prompt to promote.
func (p *parser) checkMetrics() {
	first := map[string]bool{}
	for _, m := range p.e.Metrics.All() {
		if n := p.at["metric "+m.Name]; first[m.Name] && m.Name != "" {
			p.fault(n, "the metric %q is listed twice", m.Name)
		}
		first[m.Name] = true
	}
	if p.e.Decision.Promote == "" {
		return
	}
	for _, v := range p.e.Variants {
		if v.Prompt == "" {
			p.fault(p.at["promote"], "promote puts a prompt on an alias, and the variant %q has no prompt", v.Key)
		}
	}
}

func total(numbers []float64) float64 {
	sum := 0.0
	for _, n := range numbers {
		sum += n
	}
	return sum
}
