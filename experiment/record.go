package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// RecordKind says what a Record tells.
type RecordKind string

// The kinds of record.
const (
	Exposure RecordKind = "exposure" // a unit got its variant for the first time
	Outcome  RecordKind = "outcome"  // something was measured
	Decided  RecordKind = "decided"  // a canary went to another step, or -1: the experiment was halted
)

// Record is one line of a log. Records are kept for good and never changed; a
// correction is a later record with the same ID.
type Record struct {
	ID         string             `json:"id"` // two records with one ID are one: the later Time wins
	Kind       RecordKind         `json:"kind"`
	Time       time.Time          `json:"time"`
	Experiment string             `json:"experiment"`
	Variant    string             `json:"variant,omitempty"`
	Unit       string             `json:"unit,omitempty"`  // as [UnitID] made it: no name, no address
	RunID      string             `json:"runId,omitempty"` // joins an outcome without a unit to its unit
	Step       int                `json:"step,omitempty"`  // of a canary
	Values     map[string]float64 `json:"values,omitempty"`
	Prompt     string             `json:"prompt,omitempty"` // name@version that was used
	SHA256     string             `json:"sha256,omitempty"` // of that prompt
	Model      string             `json:"model,omitempty"`  // who answered
	Note       string             `json:"note,omitempty"`   // personal text, only where it was asked for; of a decision its reason
}

// The limits of one record.
const (
	maxLine   = 64 << 10
	maxValues = 64
)

// UnitID returns the form in which a unit stands in a log: 128 bits of a
// SHA-256, enough to join by and nothing to read. The experiment's key goes in
// too, so that two logs cannot be joined with each other.
func UnitID(experiment, unit string) string {
	sum := sha256.Sum256([]byte(experiment + "\x00" + unit))
	return hex.EncodeToString(sum[:16])
}

// Check reports what makes r no record: every [Log] asks it before it writes.
func (r Record) Check() error {
	switch {
	case r.ID == "":
		return errors.New("a record needs an id")
	case !isKey(r.Experiment):
		return fmt.Errorf("record %s: %q is no experiment's key", r.ID, r.Experiment)
	case r.Time.IsZero():
		return fmt.Errorf("record %s: no time", r.ID)
	case r.Kind != Exposure && r.Kind != Outcome && r.Kind != Decided:
		return fmt.Errorf("record %s: kind is %q, it is exposure, outcome or decided", r.ID, r.Kind)
	case r.Kind == Exposure && (r.Unit == "" || r.Variant == ""):
		return fmt.Errorf("record %s: an exposure names its unit and its variant", r.ID)
	case r.Kind == Outcome && (r.Unit == "" && r.RunID == "" || len(r.Values) == 0):
		return fmt.Errorf("record %s: an outcome has values, and a unit or a run", r.ID)
	case len(r.Values) > maxValues:
		return fmt.Errorf("record %s: %d values; at most %d", r.ID, len(r.Values), maxValues)
	}
	for name, v := range r.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("record %s: %s is not a finite number", r.ID, name)
		}
	}
	return nil
}

// isKey is keyForm by hand: a log asks it for every line.
func isKey(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		b := s[i]
		inner := i > 0 && (b == '.' || b == '_' || b == '-')
		if !inner && (b < 'a' || b > 'z') && (b < '0' || b > '9') {
			return false
		}
	}
	return true
}

// MarshalRecords returns records as JSON lines, each checked and within the
// limit of 64 KiB.
func MarshalRecords(records ...Record) ([]byte, error) {
	var out []byte
	for _, r := range records {
		if err := r.Check(); err != nil {
			return nil, err
		}
		line, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		if len(line) > maxLine {
			return nil, fmt.Errorf("record %s: %d bytes; at most %d", r.ID, len(line), maxLine)
		}
		out = append(append(out, line...), '\n')
	}
	return out, nil
}
