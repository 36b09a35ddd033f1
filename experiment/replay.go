package experiment

import (
	"slices"

	"github.com/causeway-go/causeway/experiment/internal/stats"
)

// replay walks one metric's observations look by look and tells what every arm
// stood at.
type replay struct {
	c     *collector
	m     Metric
	cells []cell
	arms  []stats.Sums
	late  int
}

// cell is what one unit has of a metric.
type cell struct {
	y, x  float64 // sums of the metric, and of its denominator or covariate
	n, nx int32
	begun bool // the unit was exposed
	any   bool // some outcome was above 0
}

// looks lays out the observations of every metric along the ends. It is done
// once; what a look holds is in no particular order.
func (c *collector) looks(ends []int64) (byLook [][][]int32, starts [][]int32) {
	at := func(t int64) int { i, _ := slices.BinarySearch(ends, t); return min(i, len(ends)-1) }
	byLook = make([][][]int32, len(c.metrics))
	for i := range byLook {
		byLook[i] = make([][]int32, len(ends))
	}
	for i := range c.observations.n {
		if o := c.observations.at(i); o.unit >= 0 && c.counted(o.unit) && o.at <= ends[len(ends)-1] {
			k := at(o.at)
			byLook[o.metric][k] = append(byLook[o.metric][k], i)
		}
	}
	starts = make([][]int32, len(ends))
	for i, u := range c.unit {
		if c.counted(int32(i)) && u.at <= ends[len(ends)-1] {
			k := at(u.at)
			starts[k] = append(starts[k], int32(i))
		}
	}
	return byLook, starts
}

// counted reports whether a unit is part of the analysis.
func (c *collector) counted(unit int32) bool {
	u := c.unit[unit]
	return !u.mixed && (c.e.Mode != Canary || int(u.step) == c.step)
}

// run yields the arms' estimates after each look.
func (r *replay) run(byLook [][][]int32, starts [][]int32, each func(look int, arms []stats.Estimate)) {
	r.cells = make([]cell, len(r.c.unit))
	r.arms = make([]stats.Sums, len(r.c.e.Variants))
	y, x := r.c.metrics[r.m.Name], -1
	for _, other := range []string{r.m.Denominator, r.m.Covariate} {
		if other != "" {
			x = r.c.metrics[other]
		}
	}
	for look := range starts {
		if r.m.Zero {
			for _, unit := range starts[look] {
				r.change(unit, func(c *cell) { c.begun = true })
			}
		}
		for _, i := range byLook[y][look] {
			r.observe(i, false)
		}
		if x >= 0 {
			for _, i := range byLook[x][look] {
				r.observe(i, true)
			}
		}
		each(look, r.estimates())
	}
}

func (r *replay) observe(i int32, beside bool) {
	o := r.c.observations.at(i)
	begin := r.c.unit[o.unit].at
	before := beside && r.m.Covariate != ""
	if r.m.Window > 0 && !before && o.at > begin+r.m.Window.Milliseconds() {
		r.late++
		return
	}
	v := o.value
	if r.m.Cap > 0 && !beside {
		v = min(v, r.m.Cap)
	}
	r.change(o.unit, func(c *cell) {
		if beside {
			c.x, c.nx = c.x+v, c.nx+1
			return
		}
		c.y, c.n, c.any = c.y+v, c.n+1, c.any || v > 0
	})
}

// change takes a unit out of its arm's sums, lets do change it, and puts it in
// again as it is then.
func (r *replay) change(unit int32, do func(*cell)) {
	c := &r.cells[unit]
	arm := &r.arms[r.c.unit[unit].variant]
	if y, x, ok := r.value(c); ok {
		arm.Remove(y, x)
	}
	do(c)
	if y, x, ok := r.value(c); ok {
		arm.Add(y, x)
	}
}

// value is what a unit contributes, if it does.
func (r *replay) value(c *cell) (y, x float64, ok bool) {
	if c.n == 0 && !c.begun {
		return 0, 0, false
	}
	switch r.m.Kind {
	case Binary:
		if c.any {
			y = 1
		}
	case Sum:
		y = c.y
	case Ratio:
		if r.m.Denominator == "" {
			return c.y, float64(c.n), c.n > 0
		}
		return c.y, c.x, c.nx > 0
	case Mean:
		y = c.y / float64(max(c.n, 1))
	}
	if c.nx > 0 {
		x = c.x / float64(c.nx)
	}
	return y, x, true
}

func (r *replay) estimates() []stats.Estimate {
	if r.m.Covariate != "" {
		return stats.Adjusted(r.arms)
	}
	out := make([]stats.Estimate, len(r.arms))
	for i, s := range r.arms {
		switch r.m.Kind {
		case Binary:
			out[i] = stats.Proportion(int(s.Y), s.N)
		case Ratio:
			out[i] = s.Ratio()
		case Mean, Sum:
			out[i] = s.Mean()
		}
	}
	return out
}
