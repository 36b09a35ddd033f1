package memory

import (
	"context"
	"errors"
	"fmt"

	"github.com/tmc/langchaingo/llms"
)

// Options tune a [Conversation]. The zero value shows everything there is.
type Options struct {
	// Window is how many of the last turns the model sees; 0 means all. A turn
	// is a message somebody wrote with all that came of it, tools included.
	Window int

	// MaxTokens is how many tokens the model sees at most, by Counter; 0 means
	// no limit. Whole turns are left out until the rest fits.
	MaxTokens int
	Counter   Counter // nil means Estimate

	// Summarizer folds turns that fall out of the window or the budget into a
	// summary, which takes their place in the store; see [Summarize]. It is asked
	// for half of what is shown at a time, so not on every turn. Nil leaves old
	// turns out of sight and in the store.
	Summarizer Summarizer

	// SummaryFailed hears when the Summarizer failed; the turns are then left
	// out for once, and folded later. Nil makes Load fail.
	SummaryFailed func(error)

	// Pin marks messages that stay: their whole turn does, whatever its age.
	// What stands before the first turn always stays.
	Pin func(llms.MessageContent) bool

	// Redact changes each message before it is stored, to keep out what must not
	// be. It returns a message of its own and leaves its argument alone.
	Redact func(context.Context, llms.MessageContent) (llms.MessageContent, error)

	// Merge decides what happens when another writer was first: Append then
	// adds its messages after the other's, instead of failing with ErrConflict.
	Merge bool

	// Locks makes Update hold the session against the other conversations that
	// share it. Nil means a lock that this Conversation has to itself.
	Locks *Locks

	// Langchain names the keys under which langchaingo's chains find the
	// conversation.
	Langchain Keys
}

// Conversation is one session as a model should see it. It is safe for
// concurrent use.
type Conversation struct {
	store   Store
	session string
	o       Options
}

// New returns the conversation of a session, which need not exist yet.
func New(store Store, session string, o *Options) *Conversation {
	c := &Conversation{store: store, session: session}
	if o != nil {
		c.o = *o
	}
	if c.o.Counter == nil {
		c.o.Counter = func(_ context.Context, msgs []llms.MessageContent) (int, error) { return Estimate(msgs), nil }
	}
	if c.o.Locks == nil {
		c.o.Locks = new(Locks)
	}
	return c
}

// Session is the name of the session.
func (c *Conversation) Session() string { return c.session }

// Load returns what the model should see, and the revision to append at. A
// *BudgetError says that what has to stay is larger than MaxTokens.
func (c *Conversation) Load(ctx context.Context) (History, error) {
	h, err := c.load(ctx)
	return h, c.wrap("load", err)
}

func (c *Conversation) load(ctx context.Context) (History, error) {
	for {
		h, err := c.store.Load(ctx, c.session)
		if err != nil {
			return History{}, err
		}
		if c.o.Window <= 0 && c.o.MaxTokens <= 0 && (len(h.Messages) == 0 || h.Messages[0].Role != summaryRole) {
			return h, nil // there is nothing to leave out
		}
		v := c.view(h.Messages)
		keep, err := c.fits(ctx, v)
		if err != nil {
			return History{}, err
		}
		if c.o.Summarizer != nil && len(v.older(keep)) > 0 {
			h, err = c.fold(ctx, v, (keep+1)/2, h.Revision)
			if errors.Is(err, ErrConflict) {
				continue // somebody said something meanwhile
			}
			return h, err
		}
		return History{Messages: v.newest(keep), Revision: h.Revision}, nil
	}
}

// Append adds the messages of a turn to the session, all or none, and returns
// its new revision. At is the revision that Load returned.
func (c *Conversation) Append(ctx context.Context, at Revision, msgs ...llms.MessageContent) (Revision, error) {
	msgs, err := c.redacted(ctx, msgs)
	if err != nil {
		return "", c.wrap("append to", err)
	}
	next, err := c.append(ctx, at, msgs, c.o.Merge)
	return next, c.wrap("append to", err)
}

func (c *Conversation) append(ctx context.Context, at Revision, msgs []llms.MessageContent, merge bool) (Revision, error) {
	for {
		next, err := c.store.Append(ctx, c.session, at, msgs...)
		if err == nil || !merge || !errors.Is(err, ErrConflict) {
			return next, err
		}
		h, err := c.store.Load(ctx, c.session)
		if err != nil {
			return "", err
		}
		at = h.Revision
	}
}

func (c *Conversation) redacted(ctx context.Context, msgs []llms.MessageContent) ([]llms.MessageContent, error) {
	if c.o.Redact == nil {
		return msgs, nil
	}
	clean := make([]llms.MessageContent, len(msgs))
	for i, m := range msgs {
		var err error
		if clean[i], err = c.o.Redact(ctx, m); err != nil {
			return nil, fmt.Errorf("redact: %w", err)
		}
	}
	return clean, nil
}

// Update loads the conversation, lets fn make a turn of it, and appends what fn
// returns; an error of fn appends nothing. Updates of one session wait for each
// other (see Options.Locks), so within a process none of them conflicts.
func (c *Conversation) Update(ctx context.Context, fn func(context.Context, History) ([]llms.MessageContent, error)) error {
	unlock, err := c.o.Locks.Lock(ctx, c.session)
	if err != nil {
		return c.wrap("lock", err)
	}
	defer unlock()
	h, err := c.Load(ctx)
	if err != nil {
		return err
	}
	msgs, err := fn(ctx, h)
	if err != nil {
		return err
	}
	_, err = c.Append(ctx, h.Revision, msgs...)
	return err
}

// Delete removes the session from the store.
func (c *Conversation) Delete(ctx context.Context) error {
	return c.wrap("delete", c.store.Delete(ctx, c.session))
}

func (c *Conversation) wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s session %q: %w", doing, c.session, err)
}
