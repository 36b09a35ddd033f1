package experiment

import (
	"iter"
	"time"

	"github.com/causeway-go/causeway/experiment/internal/stats"
)

// AnalyzeOptions tune an analysis. The zero value is what the fields say.
type AnalyzeOptions struct {
	// Until leaves out what is later. The zero time is the last record.
	Until time.Time
	// Every is the time between two looks of the report's history. 0 makes
	// about thirty.
	Every time.Duration
}

// The bounds of a history's length.
const (
	usualLooks = 30
	maxLooks   = 400
)

// Analyze reads an experiment's records and says what they show. The order of
// the records does not matter; duplicates, torn lines and late outcomes are
// counted and left out. The error is one of reading.
func Analyze(e *Experiment, records iter.Seq2[Record, error], o *AnalyzeOptions) (*Report, error) {
	if o == nil {
		o = &AnalyzeOptions{}
	}
	c := newCollector(e)
	if err := c.read(records); err != nil {
		return nil, err
	}
	r := &Report{
		Experiment: e.Key, Description: e.Description, Mode: e.Mode, Method: e.Decision.Method,
		Alpha: e.Decision.Alpha, SplitP: 1, Step: c.step, halted: c.stopped,
	}
	ends := c.ends(o)
	if len(ends) > 0 {
		r.From, r.To = time.UnixMilli(c.first).UTC(), time.UnixMilli(ends[len(ends)-1]).UTC()
	}
	r.split(c, ends)
	r.metrics(c, ends)
	r.Excluded = c.counts
	r.Verdict = e.verdict(r, c)
	return r, nil
}

// ends lays out the looks, whole periods back from the last moment.
func (c *collector) ends(o *AnalyzeOptions) []int64 {
	last := c.last
	if !o.Until.IsZero() {
		last = o.Until.UnixMilli()
	}
	if c.first > last {
		return nil
	}
	span := last - c.first
	every := o.Every.Milliseconds()
	if every <= 0 {
		every = max(1, span/usualLooks+1)
	}
	every = max(every, span/maxLooks+1)
	var ends []int64
	for t := last - span/every*every; t <= last; t += every {
		ends = append(ends, t)
	}
	return ends
}

// split counts the units and checks their shares.
func (r *Report) split(c *collector, ends []int64) {
	e := c.e
	counts := make([]int, len(e.Variants))
	if len(ends) > 0 {
		for i, u := range c.unit {
			if c.counted(int32(i)) && u.at <= ends[len(ends)-1] {
				counts[u.variant]++
			}
		}
	}
	weights, all := e.weightsAt(c.step), 0
	for _, n := range counts {
		all += n
	}
	for i, v := range e.Variants {
		r.Arms = append(r.Arms, Arm{v.Key, counts[i], float64(all) * weights[i] / total(weights)})
	}
	if e.Mode != Shadow {
		r.SplitP = stats.Split(counts, weights)
	}
}

// metrics analyses each metric, look by look.
func (r *Report) metrics(c *collector, ends []int64) {
	e := c.e
	if len(ends) == 0 {
		ends = []int64{0}
	}
	byLook, starts := c.looks(ends)
	late := func(m Metric, role Role) MetricReport {
		report, n := analyzeMetric(c, m, role, ends, byLook, starts)
		c.counts.Late += n
		return report
	}
	if e.Metrics.Primary.Name != "" {
		r.Metrics = append(r.Metrics, late(e.Metrics.Primary, Primary))
	}
	for _, m := range e.Metrics.Secondary {
		r.Metrics = append(r.Metrics, late(m, Secondary))
	}
	for _, m := range e.Metrics.Guardrails {
		r.Metrics = append(r.Metrics, late(m, Guardrail))
	}
	for _, role := range []Role{Primary, Secondary} {
		var family []*Comparison
		for i := range r.Metrics {
			if r.Metrics[i].Role == role {
				for k := range r.Metrics[i].Comparisons {
					family = append(family, &r.Metrics[i].Comparisons[k])
				}
			}
		}
		adjust(e.Decision.Correction, family)
	}
	for i, m := range e.Metrics.All() {
		if i < len(r.Metrics) {
			newComparer(e, m, r.Metrics[i].Role).decide(r.Metrics[i].Comparisons)
		}
	}
}

func analyzeMetric(c *collector, m Metric, role Role, ends []int64, byLook [][][]int32, starts [][]int32) (MetricReport, int) {
	cmp := newComparer(c.e, m, role)
	out := MetricReport{Name: m.Name, Role: role, Kind: m.Kind, Better: m.Better}
	var final []stats.Estimate
	walk := replay{c: c, m: m}
	walk.run(byLook, starts, func(k int, arms []stats.Estimate) {
		final = arms
		look := Look{At: time.UnixMilli(ends[k]).UTC()}
		for i, a := range arms {
			look.Units = append(look.Units, a.N)
			if i == 0 {
				continue
			}
			t := cmp.test(arms[0], a)
			look.Diff = append(look.Diff, t.Diff)
			look.Low, look.High = append(look.Low, finite(t.Low)), append(look.High, finite(t.High))
		}
		out.Looks = append(out.Looks, look)
	})
	for i, a := range final {
		v := ArmValue{Variant: c.e.Variants[i].Key, Units: a.N, Value: a.Mean}
		if se := finite(a.SE()); se != nil {
			v.SE = *se
		}
		out.Arms = append(out.Arms, v)
		if i > 0 {
			out.Comparisons = append(out.Comparisons, cmp.comparison(v.Variant, final[0], a))
		}
	}
	if c.e.Decision.Method == Bayesian {
		cmp.beliefs(final, out.Arms)
	}
	return out, walk.late
}
