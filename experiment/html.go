package experiment

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
)

//go:embed report.html
var page string

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"number": number, "signed": signed, "thousands": thousands,
	"interval": func(c *Comparison) string { return interval(*c) },
	"p":        pOf, "round": func(v float64) int { return int(math.Round(v)) },
	"comparison": func(m MetricReport, i int) *Comparison {
		if i == 0 {
			return nil
		}
		return &m.Comparisons[i-1]
	},
	"charts": func(m MetricReport) []chart { return m.charts() },
}).Parse(page))

// WriteHTML writes the report as one page that needs nothing else: no script,
// no font, no network. The intervals are drawn over time. The error is w's.
func (r *Report) WriteHTML(w io.Writer) error { return pageTemplate.Execute(w, r) }

// chart is one comparison over time, in the units of an SVG.
type chart struct {
	Variant     string
	Band        string // a polygon's points: the interval
	Line        string // a polyline's points: the difference
	Zero        float64
	ZeroText    bool   // whether its label has room
	Top, Bottom string // the axis' ends
	From, To    string
	Empty       bool
	TopY, LowY  float64
	Right       float64
}

// The drawing's size; the plot leaves room for the axis.
const (
	chartWidth, chartHeight = 640.0, 180.0
	plotLeft, plotTop       = 64.0, 10.0
	plotBottom              = chartHeight - 24
)

// charts draws each of the metric's comparisons.
func (m MetricReport) charts() []chart {
	out := make([]chart, len(m.Comparisons))
	for i, c := range m.Comparisons {
		out[i] = m.chart(i)
		out[i].Variant = c.Variant
	}
	return out
}

func (m MetricReport) chart(i int) chart {
	var known []Look
	low, high := 0.0, 0.0
	for _, l := range m.Looks {
		if i < len(l.Low) && l.Low[i] != nil && l.High[i] != nil {
			known = append(known, l)
		}
	}
	if len(known) < 2 {
		return chart{Empty: true}
	}
	// The first intervals are so wide that the later ones would be a line:
	// the axis fits the newer two thirds, and the rest is cut off.
	for _, l := range known[len(known)/3:] {
		low, high = min(low, *l.Low[i]), max(high, *l.High[i])
	}
	margin := (high - low) * 0.05
	low, high = low-margin, high+margin
	if high == low {
		high = low + 1
	}
	first, last := known[0].At, known[len(known)-1].At
	x := func(l Look) float64 {
		return plotLeft + (chartWidth-plotLeft-8)*float64(l.At.Sub(first))/math.Max(1, float64(last.Sub(first)))
	}
	y := func(v float64) float64 {
		v = min(max(v, low), high)
		return plotBottom - (plotBottom-plotTop)*(v-low)/(high-low)
	}
	var over, under, line []string
	for _, l := range known {
		over = append(over, fmt.Sprintf("%.1f,%.1f", x(l), y(*l.High[i])))
		under = append([]string{fmt.Sprintf("%.1f,%.1f", x(l), y(*l.Low[i]))}, under...)
		line = append(line, fmt.Sprintf("%.1f,%.1f", x(l), y(l.Diff[i])))
	}
	zero := y(0)
	return chart{
		ZeroText: zero-plotTop > 20 && plotBottom-zero > 14,
		Band:     strings.Join(append(over, under...), " "), Line: strings.Join(line, " "), Zero: zero,
		Top: signed(high), Bottom: signed(low), From: days(first), To: days(last),
		TopY: plotTop + 8, LowY: plotBottom, Right: chartWidth - 8,
	}
}
