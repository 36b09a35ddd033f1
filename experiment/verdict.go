package experiment

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/causeway-go/causeway/experiment/internal/stats"
)

// mixedShare is how many of the units may have been seen in two variants
// before nothing is believed any more.
const mixedShare = 0.01

// verdict looks at the split first, then the guardrails, then the primary
// metric.
func (e *Experiment) verdict(r *Report, c *collector) Verdict {
	units := 0
	for _, a := range r.Arms {
		units += a.Units
	}
	if v, broken := e.brokenSplit(r, units); broken {
		return v
	}
	if c.stopped && e.Mode == Canary {
		return Verdict{Stop, "", "stop: the canary was stepped down; everybody gets " + e.Variants[0].Key + "."}
	}
	if v, breached := e.breached(r); breached {
		return v
	}
	if len(r.Metrics) == 0 {
		return Verdict{Keep, e.Active, "keep: a switch compares nothing; everybody gets " + e.Active + "."}
	}
	primary := r.Metrics[0]
	least := math.MaxInt
	for _, a := range primary.Arms {
		least = min(least, a.Units)
	}
	if missing := e.Decision.MinUnits - least; missing > 0 {
		return Verdict{Collect, "", fmt.Sprintf("keep collecting: the smallest variant has %s of the %s units with %s that a verdict needs.",
			thousands(least), thousands(e.Decision.MinUnits), primary.Name)}
	}
	if e.Decision.Method == Bayesian {
		return e.believed(primary, r)
	}
	return e.tested(primary, r, units)
}

func (e *Experiment) brokenSplit(r *Report, units int) (Verdict, bool) {
	if r.SplitP < e.Decision.SRMAlpha {
		return Verdict{Repair, "", fmt.Sprintf("stop: the split is broken: %s units where the weights say %s (p = %s); find out who is missing before believing any number.",
			armCounts(r.Arms, false), armCounts(r.Arms, true), pText(r.SplitP))}, true
	}
	if mixed := r.Excluded.MixedUnits; mixed > 10 && float64(mixed) > mixedShare*float64(units+mixed) {
		return Verdict{Repair, "", fmt.Sprintf("stop: the split is broken: %s units were seen in two variants; a unit must keep its variant.", thousands(mixed))}, true
	}
	return Verdict{}, false
}

func (e *Experiment) breached(r *Report) (Verdict, bool) {
	var bad []string
	variant := "" // the first; another one's turn comes when this one is gone
	for _, m := range r.Metrics {
		for _, c := range m.Comparisons {
			if c.State == Breached && (variant == "" || variant == c.Variant) {
				variant = c.Variant
				bad = append(bad, fmt.Sprintf("%s of %s is worse by %s, %s", m.Name, c.Variant, number(math.Abs(c.Diff)), bounds(c)))
			}
		}
	}
	if variant == "" {
		return Verdict{}, false
	}
	return Verdict{Stop, variant, fmt.Sprintf("stop %s: a guardrail is breached: %s.", variant, strings.Join(bad, "; "))}, true
}

// harmful reports whether a guardrail speaks against variant.
func (e *Experiment) harmful(r *Report, variant string) bool {
	for _, m := range r.Metrics {
		for _, c := range m.Comparisons {
			if c.Variant == variant && c.State == Breached {
				return true
			}
		}
	}
	return false
}

// tested is the verdict of a test on the primary metric.
func (e *Experiment) tested(primary MetricReport, r *Report, units int) Verdict {
	var best *Comparison
	worse := 0
	for i := range primary.Comparisons {
		c := &primary.Comparisons[i]
		switch {
		case c.State == Worsened || e.harmful(r, c.Variant):
			worse++
		case c.State == Improved && (best == nil || (c.Diff > best.Diff) == (primary.Better == Higher)):
			best = c
		}
	}
	control := e.Variants[0].Key
	switch {
	case best != nil:
		return Verdict{Ship, best.Variant, fmt.Sprintf("ship %s: its %s is %s, %s's %s; the difference of %s is %s (%s).%s",
			best.Variant, primary.Name, number(valueOf(primary, best.Variant)), control, number(primary.Arms[0].Value),
			signed(best.Diff), bounds(*best), pOf(best.Adjusted), guards(r, best.Variant))}
	case worse == len(primary.Comparisons):
		return Verdict{Keep, control, fmt.Sprintf("keep %s: no variant is better in %s: %s.", control, primary.Name, differences(primary))}
	case e.Decision.Method == Fixed:
		return Verdict{Keep, control, fmt.Sprintf("keep %s: no difference in %s is shown: %s.", control, primary.Name, differences(primary))}
	}
	return Verdict{Collect, "", fmt.Sprintf("keep collecting: %s may still be better or worse: %s; %s.", primary.Name, differences(primary), e.outlook(primary, r, units))}
}

// believed is the Bayesian verdict.
func (e *Experiment) believed(primary MetricReport, r *Report) Verdict {
	for i, a := range primary.Arms {
		switch {
		case a.Best < e.Decision.Credible:
		case i == 0:
			return Verdict{Keep, a.Variant, fmt.Sprintf("keep %s: it is the best in %s with probability %.3f.", a.Variant, primary.Name, a.Best)}
		case !e.harmful(r, a.Variant):
			return Verdict{Ship, a.Variant, fmt.Sprintf("ship %s: it is the best in %s with probability %.3f, and choosing it costs %s on average.%s",
				a.Variant, primary.Name, a.Best, number(a.Loss), guards(r, a.Variant))}
		}
	}
	parts := make([]string, len(primary.Arms))
	for i, a := range primary.Arms {
		parts[i] = fmt.Sprintf("%s %.2f", a.Variant, a.Best)
	}
	return Verdict{Collect, "", fmt.Sprintf("keep collecting: no variant is the best in %s with probability %.2f yet: %s.",
		primary.Name, e.Decision.Credible, strings.Join(parts, ", "))}
}

// outlook says how much longer it takes if the differences stay what they are.
func (e *Experiment) outlook(primary MetricReport, r *Report, units int) string {
	need := math.Inf(1)
	for i, c := range primary.Comparisons {
		a, b := primary.Arms[0], primary.Arms[i+1]
		sd := math.Sqrt((a.SE*a.SE*float64(a.Units) + b.SE*b.SE*float64(b.Units)) / 2)
		if c.Diff != 0 && sd > 0 {
			need = min(need, 2*stats.NeedSequential(sd, math.Abs(c.Diff), e.Decision.Alpha, 0.8, e.Decision.Tuning))
		}
	}
	have := 0
	for _, a := range primary.Arms {
		have += a.Units
	}
	more := need - float64(have)
	if math.IsInf(need, 1) || more > 1e8 {
		return "at differences this small no number of units will tell"
	}
	if more <= 0 {
		return "a verdict is due any time, should the difference hold"
	}
	text := "about " + thousands(int(more)) + " more units would tell, should the difference hold"
	if span := r.To.Sub(r.From); span > time.Hour && have > 0 {
		text += fmt.Sprintf(" (%s at this rate)", roughly(time.Duration(min(float64(span)*more/float64(have), 1e17))))
	}
	return text
}
