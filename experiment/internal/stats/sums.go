package stats

import "math"

// Sums is what has to be kept of a stream of pairs (y, x) to estimate a mean,
// a ratio or a covariate's share. The zero value is an empty stream. Pairs can
// be taken out again, so a unit's value may change as outcomes arrive.
type Sums struct {
	N                int
	Y, YY, X, XX, XY float64
}

// Add puts the pair in.
func (s *Sums) Add(y, x float64) { s.move(1, y, x) }

// Remove takes out a pair that was put in.
func (s *Sums) Remove(y, x float64) { s.move(-1, y, x) }

func (s *Sums) move(sign int, y, x float64) {
	f := float64(sign)
	s.N += sign
	s.Y += f * y
	s.YY += f * y * y
	s.X += f * x
	s.XX += f * x * x
	s.XY += f * x * y
}

// Estimate is what one arm says about a quantity.
type Estimate struct {
	N        int
	Mean     float64
	Variance float64 // of one unit; the estimate's own is Variance/N
}

// SE returns the standard error of the mean, infinite for fewer than two units.
func (e Estimate) SE() float64 {
	if e.N < 2 {
		return math.Inf(1)
	}
	return math.Sqrt(e.Variance / float64(e.N))
}

// Mean estimates the mean of y, with the unbiased variance.
func (s Sums) Mean() Estimate {
	if s.N == 0 {
		return Estimate{}
	}
	n := float64(s.N)
	return Estimate{s.N, s.Y / n, unbiased(s.YY-s.Y*s.Y/n, s.N)}
}

// Ratio estimates Σy/Σx, whose variance follows from the delta method: y and x
// of one unit depend on each other. See Deng, Knoblich, Lu, "Applying the Delta
// Method in Metric Analytics" (KDD 2018).
func (s Sums) Ratio() Estimate {
	if s.N == 0 || s.X == 0 {
		return Estimate{N: s.N}
	}
	n := float64(s.N)
	r, mx := s.Y/s.X, s.X/n
	vy := unbiased(s.YY-s.Y*s.Y/n, s.N)
	vx := unbiased(s.XX-s.X*s.X/n, s.N)
	cov := s.covariance()
	return Estimate{s.N, r, max(0, vy-2*r*cov+r*r*vx) / (mx * mx)}
}

func (s Sums) covariance() float64 {
	if s.N < 2 {
		return 0
	}
	return (s.XY - s.X*s.Y/float64(s.N)) / float64(s.N-1)
}

// Proportion estimates a share from successes among n, with variance p(1-p).
func Proportion(successes, n int) Estimate {
	if n == 0 {
		return Estimate{}
	}
	p := float64(successes) / float64(n)
	return Estimate{n, p, p * (1 - p)}
}

// Adjusted returns the arms' means of y freed from what x, measured before the
// exposure, already explains (CUPED: Deng, Xu, Kohavi, Walker, WSDM 2013). The
// coefficient is pooled over all arms, so the adjustment favours none.
func Adjusted(arms []Sums) []Estimate {
	var all Sums
	var cov, vx float64
	for _, s := range arms {
		all.N += s.N
		all.X += s.X
		cov += s.covariance() * float64(max(s.N-1, 0))
		if s.N > 1 {
			vx += s.XX - s.X*s.X/float64(s.N)
		}
	}
	theta := 0.0
	if vx > 0 {
		theta = cov / vx
	}
	grand := all.X / float64(max(all.N, 1))
	out := make([]Estimate, len(arms))
	for i, s := range arms {
		e := s.Mean()
		if s.N > 0 {
			n := float64(s.N)
			e.Mean -= theta * (s.X/n - grand)
			v := unbiased(s.XX-s.X*s.X/n, s.N)
			e.Variance = max(0, e.Variance-2*theta*s.covariance()+theta*theta*v)
		}
		out[i] = e
	}
	return out
}

// unbiased divides a sum of squared deviations; rounding may have left it just
// below 0.
func unbiased(squares float64, n int) float64 {
	if n < 2 {
		return 0
	}
	return max(0, squares) / float64(n-1)
}
