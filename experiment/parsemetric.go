package experiment

import (
	"math"

	"gopkg.in/yaml.v3"
)

func (p *parser) metrics(n *yaml.Node) {
	m := &p.e.Metrics
	p.mapping(n, "metrics", fields{
		"primary":    func(n *yaml.Node) { m.Primary = p.metric(n, Higher, false) },
		"secondary":  func(n *yaml.Node) { m.Secondary = p.metricList(n, "secondary", Higher, false) },
		"guardrails": func(n *yaml.Node) { m.Guardrails = p.metricList(n, "guardrails", Lower, true) },
	})
	if m.Primary.Name == "" && n.Kind == yaml.MappingNode {
		p.fault(n, "metrics needs a primary one, which decides: primary: {name: csat}")
	}
}

func (p *parser) metricList(n *yaml.Node, what string, better Better, guardrail bool) []Metric {
	var out []Metric
	for _, item := range p.list(n, what) {
		out = append(out, p.metric(item, better, guardrail))
	}
	return out
}

func (p *parser) metric(n *yaml.Node, better Better, guardrail bool) Metric {
	m := Metric{Kind: Mean, Better: better}
	worse := false
	known := fields{
		"name":        func(n *yaml.Node) { m.Name = p.key(n, "a metric's name") },
		"kind":        func(n *yaml.Node) { m.Kind = word(&p.reader, n, "kind", Binary, Mean, Sum, Ratio) },
		"better":      func(n *yaml.Node) { m.Better = word(&p.reader, n, "better", Higher, Lower) },
		"denominator": func(n *yaml.Node) { m.Denominator = p.key(n, "denominator") },
		"missing": func(n *yaml.Node) {
			m.Zero = word(&p.reader, n, "missing", "drop", "zero") == "zero"
		},
		"window":    func(n *yaml.Node) { m.Window = p.duration(n, "window") },
		"cap":       func(n *yaml.Node) { m.Cap = p.number(n, "cap", 0, math.MaxFloat64) },
		"covariate": func(n *yaml.Node) { m.Covariate = p.key(n, "covariate") },
	}
	if guardrail {
		known["worseBy"] = func(n *yaml.Node) { worse = true; m.WorseBy = p.number(n, "worseBy", 0, math.MaxFloat64) }
		known["relative"] = func(n *yaml.Node) { m.Relative = p.flag(n, "relative") }
	}
	p.mapping(n, "a metric", known)
	p.at["metric "+m.Name] = n
	switch {
	case n.Kind != yaml.MappingNode:
	case m.Name == "":
		p.fault(n, "a metric needs a name, that of the outcomes it is made of")
	case guardrail && !worse:
		p.fault(n, "the guardrail %q needs worseBy: how much worse is still borne", m.Name)
	case m.Denominator != "" && m.Kind != Ratio:
		p.fault(n, "denominator belongs to kind: ratio")
	case m.Covariate != "" && m.Kind == Ratio:
		p.fault(n, "covariate does not go with kind: ratio")
	}
	return m
}

func (p *parser) decision(n *yaml.Node) {
	d := &p.e.Decision
	p.mapping(n, "decision", fields{
		"method":     func(n *yaml.Node) { d.Method = word(&p.reader, n, "method", Sequential, Fixed, Bayesian) },
		"alpha":      func(n *yaml.Node) { d.Alpha = p.number(n, "alpha", 1e-6, 0.5) },
		"tuning":     func(n *yaml.Node) { d.Tuning = p.count(n, "tuning") },
		"minUnits":   func(n *yaml.Node) { d.MinUnits = p.count(n, "minUnits") },
		"srmAlpha":   func(n *yaml.Node) { d.SRMAlpha = p.number(n, "srmAlpha", 1e-9, 0.1) },
		"credible":   func(n *yaml.Node) { d.Credible = p.number(n, "credible", 0.5, 1) },
		"correction": func(n *yaml.Node) { d.Correction = word(&p.reader, n, "correction", Holm, FDR, Unchanged) },
		"promote":    func(n *yaml.Node) { p.at["promote"] = n; d.Promote = p.key(n, "promote") },
	})
}
