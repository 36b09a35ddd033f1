package chain

import (
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/message"
)

// Result is what a run came to.
type Result struct {
	Values Values        `json:"values"` // the chain's outputs
	RunID  string        `json:"runId"`
	Usage  message.Usage `json:"usage"` // all models of the run
	Steps  []StepResult  `json:"steps"` // in the order they finished
	// Prompts are the prompt versions that were used, each once.
	Prompts    []PromptUse   `json:"prompts,omitempty"`
	Attempts   int           `json:"attempts,omitempty"`   // requests sent to models, retries included
	Waited     time.Duration `json:"waited,omitempty"`     // nanoseconds spent waiting between them, over all steps
	FirstToken time.Duration `json:"firstToken,omitempty"` // nanoseconds from the run's start to its first token; streamed runs only
	Duration   time.Duration `json:"duration"`             // nanoseconds
	// Labels are those the run was started with and those its steps added.
	Labels map[string]string `json:"labels,omitempty"`
	// Interrupt is set when the run waits for an answer: see Chain.Resume.
	Interrupt *Interrupt `json:"interrupt,omitempty"`
}

// StepResult is what one step cost.
type StepResult struct {
	Step       string        `json:"step"` // a path: "answer", "each/2/answer"
	Skipped    bool          `json:"skipped,omitempty"`
	Duration   time.Duration `json:"duration"`
	Usage      message.Usage `json:"usage,omitzero"`
	Model      string        `json:"model,omitempty"` // who answered last
	StopReason string        `json:"stopReason,omitempty"`
	Prompt     *PromptUse    `json:"prompt,omitempty"`
	Attempts   int           `json:"attempts,omitempty"`
	Waited     time.Duration `json:"waited,omitempty"`
	FirstToken time.Duration `json:"firstToken,omitempty"` // from the step's start
	Turns      int           `json:"turns,omitempty"`      // model answers: 1 for a prompt, more for agents and repairs
	Error      string        `json:"error,omitempty"`
}

// Interrupt is a question that a run stopped at.
type Interrupt struct {
	ID       string     `json:"id"`               // of the question within its run, for RunOptions.AnswerTo
	Step     string     `json:"step"`             // the path of the step that asks
	Question string     `json:"question"`         // for a human
	Values   Values     `json:"values,omitempty"` // what the human should see
	Tool     *ToolEvent `json:"tool,omitempty"`   // the tool call that needs approval, when an agent asks
	// Answer is the schema of what Resume wants to be given.
	Answer *jsonschema.Schema `json:"answer,omitempty"`
}
