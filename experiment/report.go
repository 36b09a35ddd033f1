package experiment

import "time"

// Report is what an experiment's log says at one time. It encodes to JSON.
type Report struct {
	Experiment  string         `json:"experiment"`
	Description string         `json:"description,omitempty"`
	Mode        Mode           `json:"mode"`
	Method      Method         `json:"method"`
	Alpha       float64        `json:"alpha"`
	From        time.Time      `json:"from,omitzero"` // the first record
	To          time.Time      `json:"to,omitzero"`   // the last look
	Step        int            `json:"step,omitempty"`
	Arms        []Arm          `json:"arms"`
	SplitP      float64        `json:"splitP"` // of the sample-ratio check; below Decision.SRMAlpha the split is broken
	Metrics     []MetricReport `json:"metrics"`
	Excluded    Excluded       `json:"excluded,omitzero"`
	Verdict     Verdict        `json:"verdict"`

	halted bool // by a canary's review or by a person
}

// Arm is one variant's share of the units.
type Arm struct {
	Variant  string  `json:"variant"`
	Units    int     `json:"units"`
	Expected float64 `json:"expected"` // units, as the weights say
}

// Excluded counts what the analysis left out.
type Excluded struct {
	MixedUnits      int `json:"mixedUnits,omitempty"`      // units seen in two variants
	Unmatched       int `json:"unmatched,omitempty"`       // outcomes of units nobody saw exposed
	Late            int `json:"late,omitempty"`            // outcomes outside their metric's window
	Duplicates      int `json:"duplicates,omitempty"`      // records that came more than once
	TornLines       int `json:"tornLines,omitempty"`       // lines that are no records
	UnknownVariants int `json:"unknownVariants,omitempty"` // exposures to a variant the experiment does not have
}

// Role is what a metric is for.
type Role string

// The roles.
const (
	Primary   Role = "primary"
	Secondary Role = "secondary"
	Guardrail Role = "guardrail"
)

// MetricReport is one metric in every variant.
type MetricReport struct {
	Name        string       `json:"name"`
	Role        Role         `json:"role"`
	Kind        Kind         `json:"kind"`
	Better      Better       `json:"better"`
	Arms        []ArmValue   `json:"arms"`
	Comparisons []Comparison `json:"comparisons"` // of each other variant with the control
	Looks       []Look       `json:"looks"`       // the same over time
}

// ArmValue is a metric's value in one variant.
type ArmValue struct {
	Variant string  `json:"variant"`
	Units   int     `json:"units"` // that have a value
	Value   float64 `json:"value"`
	SE      float64 `json:"se"` // standard error; 0 for fewer than two units
	Best    float64 `json:"best,omitempty"`
	Loss    float64 `json:"loss,omitempty"` // Bayesian: what choosing it costs, on average
}

// State is what a comparison shows.
type State string

// The states.
const (
	Unclear  State = "unclear"
	Improved State = "improved"
	Worsened State = "worsened"
	Held     State = "held"     // a guardrail: not worse than is borne
	Breached State = "breached" // a guardrail: worse than is borne
)

// Comparison is one variant against the control. An unknown bound is nil.
type Comparison struct {
	Variant  string   `json:"variant"`
	Diff     float64  `json:"diff"` // variant minus control
	Low      *float64 `json:"low,omitempty"`
	High     *float64 `json:"high,omitempty"`
	Lift     *float64 `json:"lift,omitempty"` // Diff as a share of the control
	LiftLow  *float64 `json:"liftLow,omitempty"`
	LiftHigh *float64 `json:"liftHigh,omitempty"`
	P        float64  `json:"p"`
	Adjusted float64  `json:"adjusted"` // P corrected for several comparisons
	State    State    `json:"state"`
}

// Look is the comparisons as they stood at one time.
type Look struct {
	At    time.Time  `json:"at"`
	Units []int      `json:"units"` // with a value, in each arm
	Diff  []float64  `json:"diff"`  // for each comparison
	Low   []*float64 `json:"low"`
	High  []*float64 `json:"high"`
}

// Action is what a verdict says to do.
type Action string

// The actions.
const (
	Repair  Action = "repair"  // the split is broken: no number can be trusted
	Stop    Action = "stop"    // a guardrail is breached
	Collect Action = "collect" // not enough is known
	Ship    Action = "ship"    // a variant is better
	Keep    Action = "keep"    // no variant is better than the control
)

// Verdict says in one sentence what to do and why.
type Verdict struct {
	Action   Action `json:"action"`
	Variant  string `json:"variant,omitempty"` // that ships or is stopped
	Sentence string `json:"sentence"`
}
