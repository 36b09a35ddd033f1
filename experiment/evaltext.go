package experiment

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// flakyShown is how many flaky cases a text names.
const flakyShown = 10

// WriteText writes the evaluation for a terminal. The error is w's.
func (e *Evaluation) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s cases, %d answers each\n\n", e.Dataset, thousands(e.Cases), e.Repeats)
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "subject\tpassed\tp50\tp95\ttokens in/out\tcost\terrors")
	if len(e.Subjects) > 0 {
		for _, g := range e.Subjects[0].Grades {
			fmt.Fprintf(table, "\t%s", g.Grader)
		}
	}
	fmt.Fprintln(table)
	for _, s := range e.Subjects {
		fmt.Fprintf(table, "%s\t%d/%d\t%s\t%s\t%s/%s\t%s\t%d", s.Name, s.Passed, s.Answers, s.P50.Round(time.Millisecond), s.P95.Round(time.Millisecond),
			thousands(s.TokensIn), thousands(s.TokensOut), number(s.Cost), s.Errors)
		for _, g := range s.Grades {
			fmt.Fprintf(table, "\t%.3f [%.3f, %.3f]", g.PassRate, g.Low, g.High)
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush() // a strings.Builder does not fail
	for _, s := range e.Subjects {
		if n := len(s.Flaky); n > 0 {
			fmt.Fprintf(&b, "\n%s is flaky in %d cases: %s", s.Name, n, strings.Join(s.Flaky[:min(n, flakyShown)], ", "))
		}
	}
	for _, p := range e.Pairs {
		fmt.Fprintf(&b, "\n%s", e.sentence(p))
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

// sentence says what a pair shows.
func (e *Evaluation) sentence(p Pair) string {
	first := e.Subjects[0].Name
	verdict := "no difference between " + p.Subject + " and " + first + " is shown"
	switch {
	case p.Adjusted < e.Alpha && p.Diff > 0:
		verdict = p.Subject + " is better than " + first
	case p.Adjusted < e.Alpha:
		verdict = p.Subject + " is worse than " + first
	}
	return fmt.Sprintf("%s: %s: %s [%s, %s], %d cases gained, %d lost (%s).", p.Grader, verdict, signed(p.Diff), signed(p.Low), signed(p.High), p.Gained, p.Lost, pOf(p.Adjusted))
}
