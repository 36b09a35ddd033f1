package stats

import "math"

// NeedMeans returns how many units each of two arms needs to see a difference
// of delta between means of standard deviation sd with the given power, by the
// normal approximation. statsmodels: NormalIndPower.solve_power.
func NeedMeans(sd, delta, alpha, power float64) float64 {
	z := normal.Quantile(1-alpha/2) + normal.Quantile(power)
	return 2 * sd * sd * z * z / (delta * delta)
}

// NeedProportions is the same between two shares. R: power.prop.test.
func NeedProportions(p1, p2, alpha, power float64) float64 {
	pooled := (p1 + p2) / 2
	z := normal.Quantile(1-alpha/2)*math.Sqrt(2*pooled*(1-pooled)) +
		normal.Quantile(power)*math.Sqrt(p1*(1-p1)+p2*(1-p2))
	return z * z / ((p1 - p2) * (p1 - p2))
}

// NeedSequential is NeedMeans for a confidence sequence that is looked at once,
// at the end. Looking on the way can only decide earlier.
func NeedSequential(sd, delta, alpha, power float64, tuning int) float64 {
	enough := func(n float64) bool {
		v := 2 * sd * sd / n
		t := sequence(0, v, int(n), int(n), alpha, tuning)
		return delta >= t.High+normal.Quantile(power)*math.Sqrt(v)
	}
	low, high := 2.0, 4.0
	for !enough(high) {
		low, high = high, high*2
		if high > 1e12 {
			return math.Inf(1)
		}
	}
	for high-low > 1 {
		if mid := math.Floor((low + high) / 2); enough(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// Power returns the chance that a fixed test of n units an arm sees delta.
func Power(sd, delta, alpha float64, n int) float64 {
	shift := math.Abs(delta) / (sd * math.Sqrt(2/float64(n)))
	z := normal.Quantile(1 - alpha/2)
	return normal.CDF(shift-z) + normal.CDF(-shift-z)
}
