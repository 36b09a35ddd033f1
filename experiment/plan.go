package experiment

import (
	"math"

	"github.com/causeway-go/causeway/experiment/internal/stats"
)

// Plan says how many units an experiment needs.
type Plan struct {
	PerVariant int     // units
	Power      float64 // that was asked for
}

// PlanShare returns the units each of two variants needs to see a share move
// from base by delta, with this power (such as 0.8), under d's method and
// alpha. It is 0 where nothing would be enough.
func PlanShare(base, delta, power float64, d Decision) Plan {
	p := base + delta
	if d.Method == Sequential {
		sd := (base*(1-base) + p*(1-p)) / 2
		return plan(stats.NeedSequential(math.Sqrt(sd), math.Abs(delta), d.Alpha, power, d.Tuning), power)
	}
	return plan(stats.NeedProportions(base, p, d.Alpha, power), power)
}

// PlanMean is PlanShare for a mean whose units have this standard deviation.
func PlanMean(sd, delta, power float64, d Decision) Plan {
	if d.Method == Sequential {
		return plan(stats.NeedSequential(sd, math.Abs(delta), d.Alpha, power, d.Tuning), power)
	}
	return plan(stats.NeedMeans(sd, delta, d.Alpha, power), power)
}

func plan(units, power float64) Plan {
	if math.IsInf(units, 1) || math.IsNaN(units) || units > 1e12 {
		return Plan{Power: power}
	}
	return Plan{PerVariant: int(math.Ceil(units)), Power: power}
}

// Power returns the chance that a fixed test of this many units a variant sees
// a mean move by delta.
func Power(sd, delta float64, perVariant int, alpha float64) float64 {
	return stats.Power(sd, delta, alpha, perVariant)
}
