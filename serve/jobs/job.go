package jobs

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/problem"
)

// State is how far a job is.
type State string

// The states of a job. Succeeded, Failed and Cancelled are final.
const (
	Queued    State = "queued"    // until a worker takes it
	Running   State = "running"   // at Status.Step
	Waiting   State = "waiting"   // for an answer to Result.Interrupt: see [Answer]
	Succeeded State = "succeeded" // with Status.Result
	Failed    State = "failed"    // with Status.Problem
	Cancelled State = "cancelled"
)

// Final reports whether the job is over.
func (s State) Final() bool { return slices.Contains([]State{Succeeded, Failed, Cancelled}, s) }

// Status is what a client is told of a job.
type Status struct {
	ID       string    `json:"id"` // of the job and of its run
	Chain    string    `json:"chain"`
	State    State     `json:"state"`
	Step     string    `json:"step,omitempty"`     // running: the path of the step it is at
	Attempts int       `json:"attempts,omitempty"` // how often a worker has begun it
	Created  time.Time `json:"created"`
	Started  time.Time `json:"started,omitzero"` // by the first worker
	Ended    time.Time `json:"ended,omitzero"`

	Result *chain.Result `json:"result,omitempty"` // succeeded, waiting
	// Problem says why the job failed, or while it is queued again why its last
	// attempt did.
	Problem *problem.Problem `json:"problem,omitempty"`
}

// Job is a run of a chain that outlives the request for it: what was asked,
// how far it is, and who works on it. It is kept as one JSON document.
type Job struct {
	Status

	Input   chain.Values      `json:"input"`
	Session string            `json:"session,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
	// Callback is told of the end: see [Callbacks].
	Callback string `json:"callback,omitempty"`
	// Source is what the job was made from where nobody asked for it, such as
	// s3://inbox/letter.txt.
	Source string `json:"source,omitempty"`

	Answer chain.Values `json:"answer,omitempty"` // to the question it waited at, for the next attempt
	Cancel bool         `json:"cancel,omitempty"` // somebody wants the run to stop
	Called bool         `json:"called,omitempty"` // Callback needs no more calls
	Lease  Lease        `json:"lease,omitzero"`

	Deaths   int       `json:"deaths,omitempty"`   // workers that died of it
	Failures int       `json:"failures,omitempty"` // attempts that failed for reasons that pass, since the last that did not
	Failing  time.Time `json:"failing,omitzero"`   // when the first of them did

	// Revision tells this state of the document from others. It is the
	// backend's, and empty for a job that is not kept yet.
	Revision string `json:"-"`
}

// Lease is a worker's word that it works on the job.
type Lease struct {
	Worker string    `json:"worker"`
	Until  time.Time `json:"until"` // without another word by then, somebody else may take the job
}

// deaths counts the workers that died of the job, for somebody who finds it with
// a lease that has run out.
func (j *Job) deaths() int {
	if j.State == Running {
		return j.Deaths + 1
	}
	return j.Deaths
}

// failed notes an attempt that failed for a reason that passes.
func (j *Job) failed(p *problem.Problem) {
	if j.Failures == 0 {
		j.Failing = time.Now().UTC()
	}
	j.State, j.Problem = Queued, p
	j.Failures++
}

// worked forgets such failures.
func (j *Job) worked() { j.Failures, j.Failing = 0, time.Time{} }

// owed reports whether the end of the job is still to be told.
func (j *Job) owed() bool { return j.State.Final() && j.Callback != "" && !j.Called }

// plain is v as JSON has it, to compare with what was kept as JSON.
func plain(v any) any {
	body, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var same any
	_ = json.Unmarshal(body, &same) // it was just written
	return same
}
