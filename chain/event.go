package chain

import (
	"context"
	"time"

	"github.com/causeway-go/causeway/message"
)

// Event is one thing that happened in a run. The events of one step come in
// order; those of steps that run side by side interleave. Fields that mean
// nothing for a Kind are zero. Text and Values hold what models and users said:
// who logs events decides whether to keep them.
type Event struct {
	Kind  Kind      `json:"kind"`
	Time  time.Time `json:"time"`
	RunID string    `json:"runId"`
	Chain string    `json:"chain"`
	Step  string    `json:"step,omitempty"` // a path: "answer", "each/2/answer"; empty for the run itself

	Text string     `json:"text,omitempty"` // token, reasoning, progress
	Turn int        `json:"turn,omitempty"` // of an agent, from 1
	Tool *ToolEvent `json:"tool,omitempty"` // tool.call, tool.result

	Retry *RetryEvent `json:"retry,omitempty"` // retry

	Model      string         `json:"model,omitempty"` // step.finished: who really answered
	StopReason string         `json:"stopReason,omitempty"`
	Usage      *message.Usage `json:"usage,omitempty"` // step.finished of a step that asked a model; run.finished: the sum
	Prompt     *PromptUse     `json:"prompt,omitempty"`
	FirstToken time.Duration  `json:"firstToken,omitempty"` // nanoseconds from the start to the first token; streamed runs only
	Duration   time.Duration  `json:"duration,omitempty"`   // nanoseconds
	Attempts   int            `json:"attempts,omitempty"`   // requests sent to models
	Waited     time.Duration  `json:"waited,omitempty"`     // nanoseconds spent waiting between them

	Skipped   bool       `json:"skipped,omitempty"` // step.finished: its condition was false
	Values    Values     `json:"values,omitempty"`  // step.finished, run.finished: the outputs
	Interrupt *Interrupt `json:"interrupt,omitempty"`
	Error     string     `json:"error,omitempty"`

	Labels map[string]string `json:"labels,omitempty"` // run.started, and with those of steps the run's last event
	Result *Result           `json:"-"`                // run.finished, interrupted: everything, for readers in this process
	Err    error             `json:"-"`                // run.finished: what Run returns, for readers in this process

	// For readers in this process who add up costs: a run that is resumed tells
	// of some again. Resumed is, for step.finished of a step that went on where
	// an earlier process or attempt had stopped, what it cost since; nil means
	// that all of its cost is new. Unfinished is, in a run's last event, what
	// steps that are not finished cost in this attempt.
	Resumed    *StepResult  `json:"-"`
	Unfinished []StepResult `json:"-"`
}

// Kind says what an Event tells of.
type Kind string

// The kinds of event. A run starts with run.started and ends with run.finished
// or interrupted.
const (
	RunStarted   Kind = "run.started"
	StepStarted  Kind = "step.started"
	Token        Kind = "token"       // a piece of a model's answer
	Reasoning    Kind = "reasoning"   // a piece of what it thinks before
	ToolCall     Kind = "tool.call"   // an agent is about to call a tool
	ToolResult   Kind = "tool.result" // the tool has answered
	Retry        Kind = "retry"       // an attempt failed, or is waited for, or goes elsewhere
	Progress     Kind = "progress"    // a step's own word, by [Emit]
	StepFinished Kind = "step.finished"
	Interrupted  Kind = "interrupted" // the run waits for a human
	RunFinished  Kind = "run.finished"
)

// ToolEvent is a tool call of an agent, and once it is done its result.
type ToolEvent struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	Arguments string        `json:"arguments,omitempty"` // JSON, as the model wrote it
	Result    string        `json:"result,omitempty"`    // as the model reads it
	IsError   bool          `json:"isError,omitempty"`
	Duration  time.Duration `json:"duration,omitempty"`
}

// RetryEvent tells what happens between the attempts of one model call.
type RetryEvent struct {
	What    message.NoticeKind `json:"what"` // throttle, failure, wait, failover
	Model   string             `json:"model,omitempty"`
	Attempt int                `json:"attempt,omitempty"` // from 1
	Wait    time.Duration      `json:"wait,omitempty"`
	Class   string             `json:"class,omitempty"` // retry's class of the failure
	Error   string             `json:"error,omitempty"`
}

// PromptUse says which version of a prompt a step used.
type PromptUse struct {
	Ref     string `json:"ref"` // as it was asked for: support/triage@production
	Version int    `json:"version,omitempty"`
	SHA256  string `json:"sha256,omitempty"`
}

// Emit tells an event of the step that runs in ctx: its Kind (Progress where
// empty) and Text. The rest of the event is filled in. Outside a run, and in
// one that nobody watches, it does nothing.
func Emit(ctx context.Context, e Event) {
	f := frameOf(ctx)
	if f.run.sink == nil {
		return
	}
	if e.Kind == "" {
		e.Kind = Progress
	}
	f.emit(e)
}
