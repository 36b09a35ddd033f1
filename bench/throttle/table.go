package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// row is what one policy came to in every scenario.
type row struct {
	policy string
	scores map[string]score
}

// everybody is ours, then the rivals.
func everybody() []policy {
	return append([]policy{gate("**Causeway's gate**", 1, nil), gateRetryer("the gate as the SDK's retryer")}, rivals()...)
}

// compare lets every policy play every scenario in virtual time.
func compare(t *testing.T, length time.Duration) ([]row, error) {
	var rows []row
	for _, p := range everybody() {
		r := row{p.name, map[string]score{}}
		for _, sc := range sideBySide(length) {
			s, err := virtualScore(t, sc, p, wireInProcess, reportSeeds[:1])
			if err != nil {
				return nil, err
			}
			r.scores[sc.name] = s
			fmt.Printf("%-32s %-8s %s\n", p.name, sc.name, brief(s))
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func brief(s score) string {
	return fmt.Sprintf("%6.2f %% served, %6.3f attempts each, goodput %5.1f %%, p99 %5.1f s, Jain %.3f, last %5.1f s, into the outage %d, recovery %.1f s",
		100*s.served(), s.perSuccess(), 100*s.goodput, s.p99.Seconds(), s.jain, s.makespan.Seconds(), s.into, s.recovery.Seconds())
}

// compareTable is the side-by-side table in Markdown.
func compareTable(rows []row) string {
	lines := []string{
		"| | 2x | 4x | 10x | herd of 1000: served / attempts / last after | outage of 30 s: served / sent into it |",
		"|---|---|---|---|---|---|",
	}
	for _, r := range rows {
		load := func(name string) string {
			s := r.scores[name]
			return fmt.Sprintf("%s %% / %.2f / %.1f s", share(s.served()), s.perSuccess(), s.p99.Seconds())
		}
		herd, down := r.scores["herd"], r.scores["outage"]
		lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s %% / %.2f / %.1f s | %s %% / %d |", r.policy,
			load("2x"), load("4x"), load("10x"), share(herd.served()), herd.perSuccess(), herd.makespan.Seconds(), share(down.served()), down.into))
	}
	return strings.Join(lines, "\n") + "\n\n2x to 10x of the quota: calls served / attempts for each success / 99th percentile of those served."
}

// share is a percentage that does not round up to 100.
func share(x float64) string {
	if x == 1 {
		return "100"
	}
	return fmt.Sprintf("%.1f", min(100*x, 99.9))
}

// aloneTable plays the gate's own scenarios and returns their table.
func aloneTable(t *testing.T) (string, error) {
	lines := []string{"| | served | attempts | goodput | p99 | ideal p99 | Jain | |", "|---|---|---|---|---|---|---|---|"}
	for _, x := range ourTrials() {
		s, err := virtualScore(t, x.sc, x.p, lightService, reportSeeds)
		if err != nil {
			return "", err
		}
		var best score
		if x.goal.needsIdeal() {
			if best, err = virtualScore(t, x.sc, ideal(), lightService, reportSeeds); err != nil {
				return "", err
			}
		}
		fmt.Printf("%-28s %s %s\n", x.sc.name, brief(s), strings.Join(x.goal.missed(s, best), "; "))
		lines = append(lines, fmt.Sprintf("| %s | %s %% | %.3f | %.1f %% | %.1f s | %s | %.3f | %s |", x.sc.name,
			share(s.served()), s.perSuccess(), 100*s.goodput, s.p99.Seconds(), idealP99(best), s.jain, remark(x, s, best)))
	}
	return strings.Join(lines, "\n"), nil
}

func idealP99(best score) string {
	if best.p99 == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f s", best.p99.Seconds())
}

// remark tells what only one kind of scenario has, and any goal missed.
func remark(x trial, s, best score) string {
	var all []string
	switch {
	case x.sc.herd:
		last := fmt.Sprintf("last after %.1f s; the tokens alone take %.1f s", s.makespan.Seconds(), s.limit.Seconds())
		if best.makespan > 0 {
			last += fmt.Sprintf(", the ideal %.1f s", best.makespan.Seconds())
		}
		all = append(all, last)
	case x.sc.outage[1] > 0:
		all = append(all, fmt.Sprintf("%d sent into it, back after %.1f s", s.into, s.recovery.Seconds()))
	case x.sc.rate > 0:
		all = append(all, fmt.Sprintf("%.1f %% of what the ideal serves", 100*s.served()/best.served()))
	}
	for _, m := range x.goal.missed(s, best) {
		all = append(all, "missed: "+m)
	}
	return strings.Join(all, "; ")
}

// httpTable plays over loopback HTTP, one policy at a time.
func httpTable(ctx context.Context, length time.Duration) (string, error) {
	ours, others := everybody()[:1], rivals()
	lines := []string{"| | | served | attempts | goodput | p99 | |", "|---|---|---|---|---|---|---|"}
	for _, sc := range sideBySide(length) {
		players := ours
		if sc.name == "4x" || sc.name == "herd" {
			players = append(ours[:1:1], others[0], others[2], others[4], others[5])
		}
		for _, p := range players {
			s, err := httpScore(ctx, sc, p, reportSeeds[0])
			if err != nil {
				return "", err
			}
			fmt.Printf("HTTP %-32s %-8s %s\n", p.name, sc.name, brief(s))
			lines = append(lines, fmt.Sprintf("| %s | %s | %s %% | %.2f | %s | %.1f s | %s |", sc.name, p.name,
				share(s.served()), s.perSuccess(), httpGoodput(sc, s), s.p99.Seconds(), httpRemark(sc, s)))
		}
	}
	return strings.Join(lines, "\n"), nil
}

// httpGoodput is empty where goodput says nothing: an outage, or a herd of
// which most was lost.
func httpGoodput(sc scenario, s score) string {
	if sc.herd || sc.outage[1] > 0 {
		return ""
	}
	return fmt.Sprintf("%.1f %%", 100*s.goodput)
}

func httpRemark(sc scenario, s score) string {
	return cmp.Or(remark(trial{sc: sc}, s, score{}), "")
}
