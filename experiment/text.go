package experiment

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// WriteText writes the report for a terminal: the verdict, then what it rests
// on. The error is w's.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", r.Verdict.Sentence)
	fmt.Fprintf(&b, "%s, %s, alpha %v", r.Experiment, r.Method, r.Alpha)
	if !r.From.IsZero() {
		fmt.Fprintf(&b, ", %s to %s", r.From.Format("2006-01-02 15:04"), r.To.Format("2006-01-02 15:04 UTC"))
	}
	b.WriteString("\n\n")
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "units\t\texpected\tsplit %s\n", pOf(r.SplitP))
	for _, a := range r.Arms {
		fmt.Fprintf(table, "  %s\t%s\t%s\t\n", a.Variant, thousands(a.Units), thousands(int(a.Expected+0.5)))
	}
	_ = table.Flush() // a strings.Builder does not fail
	for _, m := range r.Metrics {
		m.write(&b, r.Method)
	}
	if text := r.Excluded.String(); text != "" {
		fmt.Fprintf(&b, "\nLeft out: %s.\n", text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (m MetricReport) write(b *strings.Builder, method Method) {
	fmt.Fprintf(b, "\n%s (%s, %s, %s is better)\n", m.Name, m.Role, m.Kind, m.Better)
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for i, a := range m.Arms {
		fmt.Fprintf(table, "  %s\t%s\t%s units\t", a.Variant, number(a.Value), thousands(a.Units))
		if i > 0 {
			c := m.Comparisons[i-1]
			fmt.Fprintf(table, "%s\t%s\t%s\t%s", signed(c.Diff), interval(c), pOf(c.Adjusted), c.State)
		} else {
			fmt.Fprint(table, "\t\t\t")
		}
		if method == Bayesian {
			fmt.Fprintf(table, "\tbest with %.3f", a.Best)
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush()
}

func interval(c Comparison) string {
	if c.Low == nil || c.High == nil {
		return "[unknown]"
	}
	return "[" + signed(*c.Low) + ", " + signed(*c.High) + "]"
}

// String says what was left out, and is empty when nothing was.
func (x Excluded) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{x.MixedUnits, "units seen in two variants"},
		{x.Unmatched, "outcomes of units nobody saw exposed"},
		{x.Late, "outcomes after their window"},
		{x.Duplicates, "repeated records"},
		{x.TornLines, "unreadable lines"},
		{x.UnknownVariants, "exposures to unknown variants"},
	} {
		if p.n > 0 {
			parts = append(parts, thousands(p.n)+" "+p.what)
		}
	}
	return strings.Join(parts, ", ")
}

// days writes a time the way a chart's axis needs it.
func days(t time.Time) string { return t.Format("2 Jan 15:04") }
