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

	// Pin marks messages that stay: their whole turn does, whatever its age.
	// What stands before the first turn always stays.
	Pin func(llms.MessageContent) bool

	// Merge decides what happens when another writer was first: Append then
	// adds its messages after the other's, instead of failing with ErrConflict.
	Merge bool
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
	return c
}

// Session is the name of the session.
func (c *Conversation) Session() string { return c.session }

// Load returns what the model should see, and the revision to append at. A
// *BudgetError says that what has to stay is larger than MaxTokens.
func (c *Conversation) Load(ctx context.Context) (History, error) {
	h, err := c.store.Load(ctx, c.session)
	if err != nil {
		return History{}, c.wrap("load", err)
	}
	v := c.view(h.Messages)
	keep := len(v.turns)
	if c.o.Window > 0 {
		keep = min(keep, c.o.Window)
	}
	if keep, err = c.fits(ctx, v, keep); err != nil {
		return History{}, c.wrap("load", err)
	}
	return History{Messages: v.newest(keep), Revision: h.Revision}, nil
}

// Append adds the messages of a turn to the session, all or none, and returns
// its new revision. At is the revision that Load returned.
func (c *Conversation) Append(ctx context.Context, at Revision, msgs ...llms.MessageContent) (Revision, error) {
	for {
		next, err := c.store.Append(ctx, c.session, at, msgs...)
		if err == nil || !c.o.Merge || !errors.Is(err, ErrConflict) {
			return next, c.wrap("append", err)
		}
		h, err := c.store.Load(ctx, c.session)
		if err != nil {
			return "", c.wrap("append", err)
		}
		at = h.Revision
	}
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
