package experiment

import (
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"math"
	"slices"
	"time"
)

// collector turns records into observations of units. It keeps hashes instead
// of ids: of a million records two collide with a chance of 3 in 10^8.
type collector struct {
	e       *Experiment
	metrics map[string]int // names that some metric reads
	seed    maphash.Seed

	units        map[uint64]int32
	unit         []exposed
	runs         map[uint64]int32 // run to unit
	seen         map[uint64]span  // record to its observations
	observations observations
	waiting      []wait // records whose unit is not known yet
	counts       Excluded
	step         int
	decided      time.Time
	stopped      bool
	first, last  int64
}

// exposed is one unit of the analysis.
type exposed struct {
	at      int64 // milliseconds
	variant int16
	step    int16
	mixed   bool
}

// observation is one value of one metric.
type observation struct {
	at     int64
	value  float64
	unit   int32 // or unmatched, or replaced
	metric int16
}

// observations is a list that grows without being copied: it is the largest
// thing an analysis holds.
type observations struct {
	chunks [][]observation
	n      int32
}

const chunk = 1 << 14

func (l *observations) add(o observation) {
	if int(l.n)%chunk == 0 {
		l.chunks = append(l.chunks, make([]observation, 0, chunk))
	}
	last := &l.chunks[len(l.chunks)-1]
	*last = append(*last, o)
	l.n++
}

func (l *observations) at(i int32) *observation { return &l.chunks[i/chunk][i%chunk] }

// What an observation's unit may be instead of one.
const (
	unmatched = -1
	replaced  = -2
)

// span is where a record's observations stand.
type span struct {
	at   int64
	from int32
	n    int16
}

// wait is a span that looks for its unit; 0 is no key.
type wait struct {
	unit, run uint64
	from      int32
	n         int16
}

func newCollector(e *Experiment) *collector {
	c := &collector{
		e: e, metrics: map[string]int{}, seed: maphash.MakeSeed(),
		units: map[uint64]int32{}, runs: map[uint64]int32{}, seen: map[uint64]span{},
		first: math.MaxInt64, last: math.MinInt64,
	}
	for _, m := range e.Metrics.All() {
		for _, name := range []string{m.Name, m.Denominator, m.Covariate} {
			if _, known := c.metrics[name]; !known && name != "" {
				c.metrics[name] = len(c.metrics)
			}
		}
	}
	return c
}

func (c *collector) read(records iter.Seq2[Record, error]) error {
	for r, err := range records {
		if _, torn := errors.AsType[*LineError](err); torn {
			c.counts.TornLines++
			continue
		}
		if err != nil {
			return fmt.Errorf("experiment %s: %w", c.e.Key, err)
		}
		if r.Experiment != c.e.Key {
			continue
		}
		c.add(r)
	}
	c.join()
	return nil
}

func (c *collector) add(r Record) {
	at := r.Time.UnixMilli()
	switch r.Kind {
	case Decided:
		if r.Time.After(c.decided) {
			c.decided, c.step, c.stopped = r.Time, max(r.Step, 0), r.Step < 0
		}
	case Exposure:
		c.first, c.last = min(c.first, at), max(c.last, at)
		c.expose(r, at)
	case Outcome:
		c.first, c.last = min(c.first, at), max(c.last, at)
		c.observe(r, at)
	}
}

// key is what tells units apart: in a canary each step is an experiment of its
// own, and in a shadow every variant sees the same units.
func (c *collector) key(unit string, r Record) uint64 {
	var h maphash.Hash
	h.SetSeed(c.seed)
	_, _ = h.WriteString(unit)
	switch c.e.Mode {
	case Canary:
		_, _ = h.Write([]byte{0, byte(r.Step), byte(r.Step >> 8)})
	case Shadow:
		_ = h.WriteByte(0)
		_, _ = h.WriteString(r.Variant)
	}
	return h.Sum64()
}

func (c *collector) expose(r Record, at int64) {
	variant, known := c.e.byKey[r.Variant]
	if !known {
		c.counts.UnknownVariants++
		return
	}
	key := c.key(r.Unit, r)
	i, known := c.units[key]
	if !known {
		i = int32(len(c.unit))
		c.units[key] = i
		c.unit = append(c.unit, exposed{at: at, variant: int16(variant), step: int16(r.Step)})
	}
	u := &c.unit[i]
	u.at = min(u.at, at)
	if u.variant != int16(variant) && !u.mixed {
		u.mixed = true
		c.counts.MixedUnits++
	}
	if r.RunID != "" {
		c.runs[maphash.String(c.seed, r.RunID)] = i
	}
}

// observe keeps the values of an outcome. A record that was seen before is
// replaced when this one is later, and dropped otherwise.
func (c *collector) observe(r Record, at int64) {
	id := maphash.String(c.seed, r.ID)
	if before, again := c.seen[id]; again {
		c.counts.Duplicates++
		if at <= before.at {
			return
		}
		for i := before.from; i < before.from+int32(before.n); i++ {
			c.observations.at(i).unit = replaced
		}
	}
	w := wait{from: c.observations.n}
	for name, v := range r.Values {
		if m, wanted := c.metrics[name]; wanted {
			c.observations.add(observation{at: at, value: v, unit: unmatched, metric: int16(m)})
			w.n++
		}
	}
	c.seen[id] = span{at: at, from: w.from, n: w.n}
	if r.Unit != "" {
		w.unit = c.key(r.Unit, r)
	}
	if r.RunID != "" {
		w.run = maphash.String(c.seed, r.RunID)
	}
	if !c.match(w) {
		c.waiting = append(c.waiting, w)
	}
}

// match gives the observations of w to their unit, if that is known by now.
func (c *collector) match(w wait) bool {
	i, known := int32(0), false
	if w.unit != 0 {
		i, known = c.units[w.unit]
		if known && w.run != 0 {
			c.runs[w.run] = i
		}
	}
	if !known && w.run != 0 {
		i, known = c.runs[w.run]
	}
	if !known {
		return false
	}
	for k := w.from; k < w.from+int32(w.n); k++ {
		if o := c.observations.at(k); o.unit == unmatched {
			o.unit = i
		}
	}
	return true
}

// join matches what came before what it belongs to: other machines' exposures,
// then the runs that these made known.
func (c *collector) join() {
	for range 2 {
		c.waiting = slices.DeleteFunc(c.waiting, c.match)
	}
	for _, w := range c.waiting {
		if w.n > 0 {
			c.counts.Unmatched++
		}
	}
}
