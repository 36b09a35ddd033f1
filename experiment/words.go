package experiment

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// number writes v with about four digits.
func number(v float64) string {
	switch a := math.Abs(v); {
	case a >= 1000:
		return thousands(int(math.Round(v)))
	case a >= 100:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case a >= 10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case a >= 0.01 || a == 0:
		return strconv.FormatFloat(v, 'f', 4, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

func signed(v float64) string {
	if v >= 0 {
		return "+" + number(v)
	}
	return number(v)
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

func pText(p float64) string {
	if p < 0.0001 {
		return "below 0.0001"
	}
	return strconv.FormatFloat(p, 'f', 4, 64)
}

func pOf(p float64) string {
	if p < 0.0001 {
		return "p below 0.0001"
	}
	return "p = " + pText(p)
}

// bounds says where a difference lies.
func bounds(c Comparison) string {
	if c.Low == nil || c.High == nil {
		return "with nothing known about its size"
	}
	return fmt.Sprintf("between %s and %s", signed(*c.Low), signed(*c.High))
}

func differences(m MetricReport) string {
	parts := make([]string, len(m.Comparisons))
	for i, c := range m.Comparisons {
		parts[i] = fmt.Sprintf("%s differs by %s, %s", c.Variant, signed(c.Diff), bounds(c))
	}
	return strings.Join(parts, "; ")
}

func valueOf(m MetricReport, variant string) float64 {
	for _, a := range m.Arms {
		if a.Variant == variant {
			return a.Value
		}
	}
	return math.NaN()
}

func armCounts(arms []Arm, expected bool) string {
	parts := make([]string, len(arms))
	for i, a := range arms {
		n := float64(a.Units)
		if expected {
			n = a.Expected
		}
		parts[i] = thousands(int(math.Round(n)))
	}
	return strings.Join(parts, " and ")
}

// guards says which guardrails are not settled for variant.
func guards(r *Report, variant string) string {
	var open []string
	held := 0
	for _, m := range r.Metrics {
		for _, c := range m.Comparisons {
			if m.Role != Guardrail || c.Variant != variant {
				continue
			}
			if c.State == Held {
				held++
			} else {
				open = append(open, m.Name)
			}
		}
	}
	switch {
	case len(open) > 0:
		return " Not settled yet: " + strings.Join(open, ", ") + "."
	case held > 0:
		return " Every guardrail holds."
	}
	return ""
}

// roughly writes a duration the way people say it.
func roughly(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.0f hours", d.Hours())
	}
	return fmt.Sprintf("%.0f minutes", math.Ceil(d.Minutes()))
}
