package main

import "fmt"

// missed returns what of the goal s does not reach; best is the ideal's score
// of the same scenario, where the goal needs it.
func (g goal) missed(s, best score) []string {
	var all []string
	miss := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if s.served() < g.served {
		miss("served %.2f %%, goal %.2f %%", 100*s.served(), 100*g.served)
	}
	if g.perSuccess > 0 && s.perSuccess() > g.perSuccess {
		miss("%.3f attempts for each success, goal %.3f", s.perSuccess(), g.perSuccess)
	}
	if s.goodput < g.goodput {
		miss("goodput %.1f %%, goal %.1f %%", 100*s.goodput, 100*g.goodput)
	}
	if g.p99 > 0 && s.p99.Seconds() > g.p99*best.p99.Seconds() {
		miss("p99 %.1f s, the ideal has %.1f s", s.p99.Seconds(), best.p99.Seconds())
	}
	if s.jain < g.jain {
		miss("Jain's index %.4f, goal %.4f", s.jain, g.jain)
	}
	if g.makespan > 0 && s.makespan.Seconds() > g.makespan*best.makespan.Seconds() {
		miss("the last after %.1f s, the ideal's after %.1f s", s.makespan.Seconds(), best.makespan.Seconds())
	}
	if g.into > 0 && s.into > g.into {
		miss("%d requests sent into the outage, goal %d", s.into, g.into)
	}
	if g.recovery > 0 && s.recovery > g.recovery {
		miss("recovery %.1f s, goal %.1f s", s.recovery.Seconds(), g.recovery.Seconds())
	}
	if s.served() < g.achievable*best.served() {
		miss("served %.2f %%, the ideal %.2f %%", 100*s.served(), 100*best.served())
	}
	return all
}

// needsIdeal reports whether the goal compares with the ideal.
func (g goal) needsIdeal() bool { return g.p99 > 0 || g.achievable > 0 || g.makespan > 0 }
