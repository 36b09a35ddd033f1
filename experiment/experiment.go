package experiment

import (
	"time"

	"github.com/expr-lang/expr/vm"
)

// Schema is the first line of an experiment's file.
const Schema = "causeway.experiment/v1"

// Unit is what an experiment randomises: all runs of one unit get one variant.
// There is no request unit: a conversation must not change its variant midway.
type Unit string

// The units.
const (
	Conversation Unit = "conversation" // the session of a run
	User         Unit = "user"         // the person asking
)

// Status is where an experiment stands in its life.
type Status string

// The statuses.
const (
	Draft   Status = "draft"   // everybody gets the control, nothing is recorded
	Running Status = "running" // units are assigned and recorded
	Stopped Status = "stopped" // everybody gets the winner, outcomes still arrive
)

// Mode is how variants share the traffic.
type Mode string

// The modes.
const (
	AB     Mode = "ab"     // each unit gets one variant
	Canary Mode = "canary" // the last variant gets a share that grows step by step and falls to nothing on a breached guardrail
	Shadow Mode = "shadow" // everybody gets the control; the others run beside it for the record
	Switch Mode = "switch" // blue/green: everybody gets the active variant
)

// Experiment is a checked causeway.experiment/v1 file. It is read only: its
// methods are safe for concurrent use as long as nobody changes a field.
type Experiment struct {
	Key         string
	Description string
	Seed        string // default Key; another seed is another randomisation
	Unit        Unit
	Status      Status // default Running
	Mode        Mode   // default AB
	Coverage    float64
	Variants    []Variant // the first is the control
	Weights     []float64 // one for each variant, summing to 1; default equal
	Winner      string    // who gets everybody once Stopped; default the control
	Active      string    // who gets everybody in mode Switch
	Layer       Layer
	Force       map[string]string // unit to variant, for people who test
	Targeting   string            // an expression over attributes; empty admits everybody
	Steps       []float64         // mode Canary: the share of the last variant, step by step
	Metrics     Metrics
	Decision    Decision

	admits  *vm.Program
	split   split
	canary  []split // for each of Steps
	byKey   map[string]int
	forced  map[string]int
	seedFNV uint32 // the hash's state after Seed
	layer   uint32 // and after Layer.Key
}

// Variant is one thing to compare: a pinned prompt version, a model, a chain,
// or several of them. What it leaves empty is the chain's own.
type Variant struct {
	Key    string
	Prompt string // name@41 or name@sha256:…; never an alias, which could move during the experiment
	Model  string // a model id, or a name of causeway.yaml
	Chain  string // the name of a chain
}

// Layer makes experiments exclude each other: those that name the same layer
// and ranges that do not overlap never meet in one unit. The zero value is no
// layer.
type Layer struct {
	Key      string
	From, To float64 // within 0 and 1; From is inclusive
}

// Metrics are what the verdict looks at.
type Metrics struct {
	Primary    Metric
	Secondary  []Metric
	Guardrails []Metric
}

// Kind is how a metric makes one number of a variant's outcomes.
type Kind string

// The kinds. All of them are analysed per randomised unit: the runs of one
// unit are not independent of each other.
const (
	Binary Kind = "binary" // the share of units with any outcome above 0
	Mean   Kind = "mean"   // the mean over units of each unit's mean outcome
	Sum    Kind = "sum"    // the mean over units of each unit's summed outcomes
	Ratio  Kind = "ratio"  // all outcomes over all denominators, by the delta method
)

// Better is the direction a metric should move in.
type Better string

// The directions.
const (
	Higher Better = "higher"
	Lower  Better = "lower"
)

// Metric is one measured quantity.
type Metric struct {
	Name        string
	Kind        Kind          // default Mean
	Better      Better        // default Higher, for guardrails Lower
	Denominator string        // of a Ratio: the metric to divide by; empty counts the outcomes
	Zero        bool          // a unit without an outcome counts as 0; otherwise it is left out
	Window      time.Duration // outcomes later than this after the unit's exposure are left out; 0 keeps all
	Cap         float64       // larger outcomes count as this; 0 has no cap
	Covariate   string        // a metric from before the exposure that explains part of this one (CUPED)
	WorseBy     float64       // of a guardrail: how much worse is still borne, in the metric's own units
	Relative    bool          // WorseBy is a share of the control's value
}

// Method is the statistics behind the verdict.
type Method string

// The methods.
const (
	Sequential Method = "sequential" // confidence sequences, valid at every look
	Fixed      Method = "fixed"      // Welch's and the proportion test, valid at one look only: when MinUnits is reached
	Bayesian   Method = "bayesian"   // the probability to be best, under a flat prior
)

// Correction keeps several comparisons from raising false alarms.
type Correction string

// The corrections.
const (
	Holm      Correction = "holm"      // no false alarm at all, with probability 1-alpha (Holm 1979)
	FDR       Correction = "fdr"       // few of the alarms are false (Benjamini and Hochberg 1995)
	Unchanged Correction = "unchanged" // none
)

// Decision is the rule that turns numbers into a verdict.
type Decision struct {
	Method     Method     // default Sequential
	Alpha      float64    // default 0.05
	Tuning     int        // Sequential: the number of units at which the interval is tightest; default 5000
	MinUnits   int        // no verdict before every variant has as many; default 100
	SRMAlpha   float64    // the sample-ratio check fails below this p; default 0.001
	Credible   float64    // Bayesian: the probability to be best that decides; default 0.95
	Correction Correction // over several variants; default Holm
	Promote    string     // a prompt alias that a clear winner may be put on; empty: a person does it
}

// Variant returns the variant with this key.
func (e *Experiment) Variant(key string) (Variant, bool) {
	i, ok := e.byKey[key]
	if !ok {
		return Variant{}, false
	}
	return e.Variants[i], true
}

// All returns every metric: primary, secondary, guardrails.
func (m Metrics) All() []Metric {
	all := append([]Metric{m.Primary}, m.Secondary...)
	return append(all, m.Guardrails...)
}
