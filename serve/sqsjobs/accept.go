package sqsjobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/jobs"
)

// accept makes of a message what the worker wants: one that tells of one job
// that is kept. It returns nil when nothing is left to do with the message.
func (b *Backend) accept(ctx context.Context, m *message) (jobs.Message, error) {
	l, err := open(value(m.raw.Body))
	switch {
	case err != nil:
		return nil, m.Bury(ctx, err.Error())
	case l.doorbell != "":
		m.job = l.doorbell
		return b.renew(ctx, m)
	case l.request != nil:
		return b.acceptRequest(ctx, m, l.request)
	}
	return b.acceptEvents(ctx, m, l.events)
}

// acceptRequest keeps the job that another program asks for.
func (b *Backend) acceptRequest(ctx context.Context, m *message, j *jobs.Job) (jobs.Message, error) {
	if j.ID == "" {
		j.ID = "sqs-" + value(m.raw.MessageId)
	}
	if err := chain.CheckRunID(j.ID); err != nil {
		return nil, m.Bury(ctx, err.Error())
	}
	_, err := jobs.Submit(ctx, silent{b}, j)
	if errors.Is(err, jobs.ErrOther) {
		return nil, m.Bury(ctx, fmt.Sprintf("another job has the id %s", j.ID))
	}
	if err != nil {
		return nil, err
	}
	m.job, m.session = j.ID, j.Session
	return b.renew(ctx, m)
}

// silent submits jobs whose message has come already.
type silent struct{ *Backend }

func (silent) Send(context.Context, *jobs.Job) error { return nil }

// acceptEvents makes a job of each document. One job goes on with the message;
// of several each gets a message of its own.
func (b *Backend) acceptEvents(ctx context.Context, m *message, events []event) (jobs.Message, error) {
	events = slices.DeleteFunc(events, b.own)
	if len(events) > 0 && b.o.Documents == nil {
		return nil, m.Bury(ctx, "the message is an S3 event notification, and Options.Documents says nothing of what to do with it")
	}
	var wake []*jobs.Job
	for _, e := range events {
		j, err := b.jobOf(ctx, e)
		if errors.Is(err, errGone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !j.State.Final() {
			wake = append(wake, j)
		}
	}
	if len(wake) == 1 {
		m.job = wake[0].ID
		return b.renew(ctx, m)
	}
	for _, j := range wake {
		if err := b.Send(ctx, j); err != nil {
			return nil, err
		}
	}
	return nil, m.Delete(ctx)
}

// own reports events of what this backend writes.
func (b *Backend) own(e event) bool {
	return e.bucket == b.bucket && strings.HasPrefix(e.key, b.o.Prefix+"/")
}

// renew returns m, or sends another in its place before SQS gives it up: SQS
// counts deliveries, also those of a job that had to wait for quota or met a
// bucket that could not be reached. How often a job may be begun, its document
// knows. It does so halfway, for a worker may die with the message in its hand.
func (b *Backend) renew(ctx context.Context, m *message) (jobs.Message, error) {
	if b.deliveries == 0 || m.deliveries() < max(2, (b.deliveries+1)/2) {
		return m, nil
	}
	if err := b.ring(ctx, m.job, m.group(), value(m.raw.MessageId)); err != nil {
		return nil, err
	}
	return nil, m.Delete(ctx)
}

// group keeps a renewed message among those that it came with.
func (m *message) group() string {
	if g := m.raw.Attributes["MessageGroupId"]; g != "" {
		return g
	}
	return m.session
}
