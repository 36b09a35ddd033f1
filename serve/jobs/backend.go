package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/causeway-go/causeway/chain"
)

// Backend keeps jobs and tells workers which to do. A job is a document that
// changes by compare and swap, and it alone says what is to be done; a message
// only says where to look. So a message that comes twice, late or to several
// workers does no harm. A Backend is safe for concurrent use, by several
// processes where it outlives one. The conformance suite is jobs/jobstest.
type Backend interface {
	// Create keeps a new job and sets its Revision. It fails with ErrExists,
	// and changes nothing, when there is one of its id.
	Create(ctx context.Context, j *Job) error
	// Load returns a job, or ErrNoJob.
	Load(ctx context.Context, id string) (*Job, error)
	// Save replaces a job that nobody has changed since it was loaded and sets
	// its new Revision; else it fails with ErrConflict and changes nothing.
	Save(ctx context.Context, j *Job) error

	// Send tells the workers that the job needs one, now.
	Send(ctx context.Context, j *Job) error
	// Receive waits for messages and returns 1 to max of them, or none when
	// nothing came for a while. Until hold is over no other worker sees them.
	Receive(ctx context.Context, max int, hold time.Duration) ([]Message, error)
	// Depth returns about how many messages wait to be received.
	Depth(ctx context.Context) (int, error)

	// Checkpoints is where the jobs' runs write down what they have done.
	Checkpoints() chain.Checkpointer
}

// Message tells one worker of a job.
type Message interface {
	JobID() string
	// Hide keeps the message from other workers until d from now; 0 shows it
	// to them at once.
	Hide(ctx context.Context, d time.Duration) error
	// Delete says that the job needs no worker any more.
	Delete(ctx context.Context) error
	// Bury puts the message, with the reason, where people look for those that
	// no worker can do.
	Bury(ctx context.Context, reason string) error
}

// What a Backend may answer. Match with errors.Is.
var (
	ErrNoJob    = errors.New("there is no such job")
	ErrExists   = errors.New("there is a job of this id")
	ErrConflict = errors.New("the job has changed meanwhile")
)
