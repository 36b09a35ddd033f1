package experiment

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/causeway-go/causeway/experiment/internal/stats"
)

// Evaluation is what an evaluation found. It encodes to JSON.
type Evaluation struct {
	Dataset  string          `json:"dataset"`
	Cases    int             `json:"cases"`
	Repeats  int             `json:"repeats"`
	Alpha    float64         `json:"alpha"`
	Subjects []SubjectReport `json:"subjects"`
	Pairs    []Pair          `json:"pairs,omitempty"` // each other subject with the first, by grader
	Items    []Item          `json:"items"`
}

// SubjectReport is one subject over all cases.
type SubjectReport struct {
	Name       string         `json:"name"`
	Grades     []GraderReport `json:"grades"`
	Errors     int            `json:"errors,omitempty"` // answers or scores that failed
	Passed     int            `json:"passed"`           // answers that passed every grader
	Answers    int            `json:"answers"`
	P50        time.Duration  `json:"p50"` // of the answers' durations, nanoseconds
	P95        time.Duration  `json:"p95"`
	TokensIn   int            `json:"tokensIn"`
	TokensOut  int            `json:"tokensOut"`
	Cost       float64        `json:"cost,omitempty"`
	Flaky      []string       `json:"flaky,omitempty"` // cases that passed and failed
	PassAll    float64        `json:"passAll"`         // share of cases that passed in every repeat
	PassAny    float64        `json:"passAny"`         // share of cases that passed in any
	Categories []Category     `json:"categories,omitempty"`
}

// GraderReport is one grader over all answers of a subject.
type GraderReport struct {
	Grader   string  `json:"grader"`
	Mean     float64 `json:"mean"`
	PassRate float64 `json:"passRate"`
	Low      float64 `json:"low"` // of PassRate, by Wilson's interval over cases
	High     float64 `json:"high"`
}

// Category is the share of answers that passed every grader, in one category of
// cases.
type Category struct {
	Name    string `json:"name"`
	Passed  int    `json:"passed"`
	Answers int    `json:"answers"`
}

// Pair compares a subject with the first one, case by case.
type Pair struct {
	Subject  string  `json:"subject"`
	Grader   string  `json:"grader"`
	Diff     float64 `json:"diff"` // mean score: subject minus first
	Low      float64 `json:"low"`  // by the paired bootstrap
	High     float64 `json:"high"`
	Gained   int     `json:"gained"`   // cases only this subject passes
	Lost     int     `json:"lost"`     // cases only the first passes
	McNemar  float64 `json:"mcNemar"`  // p of gained against lost, exact
	Wilcoxon float64 `json:"wilcoxon"` // p of the scores' differences
	Adjusted float64 `json:"adjusted"` // Wilcoxon's p, after Holm over all pairs
}

// bootstrapRounds is how often n cases are drawn anew: 10,000 times, and fewer
// where that would take seconds.
func bootstrapRounds(n int) int { return max(1000, min(10_000, 20_000_000/max(n, 1))) }

func summarize(d *Dataset, subjects []Subject, items []Item, o *EvalOptions) *Evaluation {
	e := &Evaluation{Dataset: d.Name, Cases: len(d.Cases), Repeats: max(1, o.Repeats), Alpha: o.Alpha, Items: items}
	if e.Alpha == 0 {
		e.Alpha = 0.05
	}
	by := map[string]map[string][]Item{} // subject, case
	for _, s := range subjects {
		by[s.Name] = map[string][]Item{}
	}
	for _, item := range items {
		by[item.Subject][item.Case] = append(by[item.Subject][item.Case], item)
	}
	for i, s := range subjects {
		e.Subjects = append(e.Subjects, e.subject(d, s.Name, by[s.Name], o.Graders))
		if i == 0 {
			continue
		}
		for _, g := range o.Graders {
			e.Pairs = append(e.Pairs, e.pair(d, s.Name, g.Name(), by[subjects[0].Name], by[s.Name]))
		}
	}
	p := make([]float64, len(e.Pairs))
	for i, pair := range e.Pairs {
		p[i] = pair.Wilcoxon
	}
	for i, adjusted := range stats.Holm(p) {
		e.Pairs[i].Adjusted = adjusted
	}
	return e
}

// passed reports whether an answer passed every grader.
func (i Item) passed() bool {
	if i.Error != "" {
		return false
	}
	for _, s := range i.Scores {
		if !s.Pass {
			return false
		}
	}
	return true
}

func (e *Evaluation) subject(d *Dataset, name string, cases map[string][]Item, graders []Grader) SubjectReport {
	r := SubjectReport{Name: name}
	var durations []time.Duration
	categories := map[string]*Category{}
	for _, c := range d.Cases {
		passed := 0
		for _, item := range cases[c.ID] {
			r.Answers++
			r.TokensIn, r.TokensOut, r.Cost = r.TokensIn+item.Answer.TokensIn, r.TokensOut+item.Answer.TokensOut, r.Cost+item.Answer.Cost
			if item.Error != "" {
				r.Errors++
			} else {
				durations = append(durations, item.Answer.Duration)
			}
			if item.passed() {
				passed++
			}
		}
		r.count(c, passed, len(cases[c.ID]), categories)
	}
	r.PassAll, r.PassAny = r.PassAll/float64(len(d.Cases)), r.PassAny/float64(len(d.Cases))
	for _, c := range d.Cases { // in the order of the file
		if found := categories[c.Category]; found != nil {
			r.Categories = append(r.Categories, *found)
			delete(categories, c.Category)
		}
	}
	slices.Sort(durations)
	r.P50, r.P95 = quantile(durations, 0.5), quantile(durations, 0.95)
	for _, g := range graders {
		r.Grades = append(r.Grades, e.grades(d, g.Name(), cases))
	}
	return r
}

func (r *SubjectReport) count(c Case, passed, answers int, categories map[string]*Category) {
	r.Passed += passed
	if passed == answers {
		r.PassAll++
	}
	if passed > 0 {
		r.PassAny++
	}
	if passed > 0 && passed < answers {
		r.Flaky = append(r.Flaky, c.ID)
	}
	if c.Category != "" {
		if categories[c.Category] == nil {
			categories[c.Category] = &Category{Name: c.Category}
		}
		categories[c.Category].Passed += passed
		categories[c.Category].Answers += answers
	}
}

func (e *Evaluation) grades(d *Dataset, grader string, cases map[string][]Item) GraderReport {
	g := GraderReport{Grader: grader}
	for _, c := range d.Cases {
		value, pass := caseScore(cases[c.ID], grader)
		g.Mean += value
		g.PassRate += pass
	}
	n := float64(len(d.Cases))
	// Repeats of one case are not independent: the interval counts cases.
	g.Low, g.High = stats.Wilson(int(math.Round(g.PassRate)), len(d.Cases), e.Alpha)
	g.Mean, g.PassRate = g.Mean/n, g.PassRate/n
	return g
}

// caseScore is the mean score and pass rate of one case over its repeats.
func caseScore(items []Item, grader string) (value, pass float64) {
	for _, item := range items {
		if s := item.Scores[grader]; item.Error == "" {
			value += s.Value
			if s.Pass {
				pass++
			}
		}
	}
	n := float64(max(1, len(items)))
	return value / n, pass / n
}

func (e *Evaluation) pair(d *Dataset, subject, grader string, first, second map[string][]Item) Pair {
	p := Pair{Subject: subject, Grader: grader}
	diffs := make([]float64, len(d.Cases))
	for i, c := range d.Cases {
		a, passA := caseScore(first[c.ID], grader)
		b, passB := caseScore(second[c.ID], grader)
		diffs[i] = b - a
		p.Diff += diffs[i] / float64(len(d.Cases))
		switch {
		case passB >= 0.5 && passA < 0.5:
			p.Gained++
		case passA >= 0.5 && passB < 0.5:
			p.Lost++
		}
	}
	p.Low, p.High = stats.Bootstrap(diffs, e.Alpha, bootstrapRounds(len(diffs)), 1)
	p.McNemar, p.Wilcoxon = stats.McNemar(p.Gained, p.Lost), stats.Wilcoxon(diffs)
	return p
}

func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// GateError says that a subject did not pass as often as it must.
type GateError struct {
	Subject   string
	Rate      float64 // share of answers that passed every grader
	Threshold float64
}

// Error reads "warm passes 0.82 of its answers, less than 0.9".
func (e *GateError) Error() string {
	return fmt.Sprintf("%s passes %.4g of its answers, less than %.4g", e.Subject, e.Rate, e.Threshold)
}

// Gate returns a *GateError for the first subject that passes less than this
// share of its answers, for a build that should fail then.
func (e *Evaluation) Gate(threshold float64) error {
	for _, s := range e.Subjects {
		if rate := float64(s.Passed) / float64(max(1, s.Answers)); rate < threshold {
			return &GateError{s.Name, rate, threshold}
		}
	}
	return nil
}
