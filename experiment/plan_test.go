package experiment_test

import (
	"math"
	"testing"

	"github.com/causeway-go/causeway/experiment"
)

func TestPlan(t *testing.T) {
	fixed := experiment.Decision{Method: experiment.Fixed, Alpha: 0.05}
	sequential := experiment.Decision{Method: experiment.Sequential, Alpha: 0.05, Tuning: 5000}
	// R: power.prop.test(p1 = .50, p2 = .75, power = .90) gives n = 76.7.
	if got := experiment.PlanShare(0.5, 0.25, 0.9, fixed); got.PerVariant != 77 || got.Power != 0.9 {
		t.Errorf("%+v", got)
	}
	// statsmodels: NormalIndPower().solve_power(0.2, alpha=0.05, power=0.8) gives 392.4.
	if got := experiment.PlanMean(1, -0.2, 0.8, fixed); got.PerVariant != 393 {
		t.Errorf("%+v", got)
	}
	if got := experiment.Power(1, 0.2, 393, 0.05); math.Abs(got-0.8) > 0.001 {
		t.Errorf("393 units have a power of %v", got)
	}
	once, always := experiment.PlanShare(0.7, 0.05, 0.8, fixed), experiment.PlanShare(0.7, 0.05, 0.8, sequential)
	if always.PerVariant <= once.PerVariant || always.PerVariant > 4*once.PerVariant {
		t.Errorf("looking at any time needs %d units, looking once %d", always.PerVariant, once.PerVariant)
	}
	if got := experiment.PlanMean(1, 0, 0.8, sequential); got.PerVariant != 0 {
		t.Errorf("no difference is seen with %d units", got.PerVariant)
	}
}
