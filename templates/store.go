package templates

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// MaxVersion is the highest version number: versions are six-digit keys.
const MaxVersion = 999_999

// Store keeps prompts as numbered versions that never change, and aliases
// that point at them. Every method is safe for concurrent use, by many
// processes at once where the store outlives the process. The conformance
// suite is templates/storetest.
type Store interface {
	// Publish keeps body as the next version of name and returns it. A body
	// equal to the newest version's is not stored again: that version comes
	// back with Existed set. Two publishers never get one number.
	Publish(ctx context.Context, name string, body []byte, o *PublishOptions) (Version, error)

	// Get returns the version that ref means, whole, after checking its
	// bytes against its sha256. ErrNotFound if there is none.
	Get(ctx context.Context, ref Ref) ([]byte, Version, error)

	// Versions yields the versions of name, newest first. Stop early to
	// read less. A name without versions yields ErrNotFound.
	Versions(ctx context.Context, name string) iter.Seq2[Version, error]

	// Aliases returns the aliases of name, by name.
	Aliases(ctx context.Context, name string) ([]Alias, error)

	// SetAlias points alias at a version, which must exist. Version 0
	// removes the alias. A protected alias needs Confirm.
	SetAlias(ctx context.Context, name, alias string, version int, o *AliasOptions) (Alias, error)

	// Names yields the names of the prompts whose name begins with prefix,
	// each once, in the order the store comes by them.
	Names(ctx context.Context, prefix string) iter.Seq2[string, error]

	// Log yields what was done to name, newest first. A store that keeps no
	// log yields errors.ErrUnsupported.
	Log(ctx context.Context, name string) iter.Seq2[Entry, error]
}

// What stores answer when they cannot do as asked. Match with errors.Is.
var (
	ErrNotFound  = errors.New("not found")
	ErrConflict  = errors.New("changed by somebody else meanwhile")
	ErrProtected = errors.New("the alias is protected")
	ErrIntegrity = errors.New("the stored bytes are not those that were published")
	ErrReadOnly  = errors.New("the store is read-only")
)

// Version is one published body.
type Version struct {
	Name    string    `json:"name"`
	Number  int       `json:"version"` // from 1, without gaps unless somebody deleted
	SHA256  string    `json:"sha256"`  // of the body, 64 hex digits
	Size    int       `json:"size,omitempty"`
	Author  string    `json:"author,omitempty"`
	Parent  string    `json:"parent,omitempty"` // sha256 of the version it followed
	Why     string    `json:"why,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Existed bool      `json:"existed,omitempty"` // Publish found it already there
}

// Ref returns the reference that means exactly this version.
func (v Version) Ref() Ref { return Ref{Name: v.Name, Version: v.Number, SHA256: v.SHA256} }

// Alias is a named pointer at a version.
type Alias struct {
	Name       string    `json:"alias"`
	Version    int       `json:"version"` // 0 once removed
	SHA256     string    `json:"sha256,omitempty"`
	Previous   int       `json:"previous,omitempty"` // the version it pointed at before; 0 if none
	Generation int       `json:"generation"`         // counts the changes of all aliases of the prompt
	By         string    `json:"by,omitempty"`
	Why        string    `json:"why,omitempty"`
	At         time.Time `json:"at,omitzero"`
	Protected  bool      `json:"protected,omitempty"`
}

// The limits of what is kept beside a version: S3 takes 2 KB of metadata.
const (
	MaxAuthor = 256 // bytes
	MaxWhy    = 512 // bytes
)

// PublishOptions says who publishes and why. Nil is nobody, for no reason.
type PublishOptions struct {
	Author string
	Why    string
	Parent string // sha256 of what the body was edited from; empty: the newest version
}

// AliasOptions says who moves an alias, why, and on which conditions.
type AliasOptions struct {
	By, Why string
	Confirm bool // move it although it is protected

	// Generation, when not 0, must be the Generation of the alias as it is
	// now, else the answer is ErrConflict.
	Generation int

	Protect, Unprotect bool // mark it as one that needs Confirm from now on, or no longer
	Rollback           bool // the log calls the change a rollback
}

// Entry is one line of a prompt's log.
type Entry struct {
	ID      string    `json:"id"` // sorts by time
	Action  Action    `json:"action"`
	Name    string    `json:"name"`
	Alias   string    `json:"alias,omitempty"`
	From    int       `json:"from,omitempty"` // version before
	To      int       `json:"to,omitempty"`   // version after
	SHA256  string    `json:"sha256,omitempty"`
	By      string    `json:"by,omitempty"`
	Why     string    `json:"why,omitempty"`
	At      time.Time `json:"at"`
	Outcome Outcome   `json:"outcome"`
}

// Action is what a log entry tells of.
type Action string

// The actions.
const (
	ActionPublish  Action = "publish"
	ActionPromote  Action = "promote"
	ActionRollback Action = "rollback"
	ActionRemove   Action = "remove"
)

// Outcome is how an action ended.
type Outcome string

// The outcomes. Intent alone means that whoever began did not live to say how
// it ended: compare the aliases to learn it.
const (
	OutcomeIntent Outcome = "intent"
	OutcomeDone   Outcome = "done"
	OutcomeFailed Outcome = "failed"
)

// Stater is a Store that can say what a reference means without reading the
// body. A Library asks it to learn whether an alias has moved.
type Stater interface {
	Stat(ctx context.Context, ref Ref) (Version, error)
}

// Stat returns what ref means, through [Stater] if the store has it, else by
// reading the body.
func Stat(ctx context.Context, s Store, ref Ref) (Version, error) {
	if st, ok := s.(Stater); ok {
		return st.Stat(ctx, ref)
	}
	_, v, err := s.Get(ctx, ref)
	return v, err
}

// action returns what moving an alias to version is called in a log.
func (o *AliasOptions) action(version int) Action {
	switch {
	case version == 0:
		return ActionRemove
	case o.Rollback:
		return ActionRollback
	}
	return ActionPromote
}

// notFound says what is not there.
func notFound(what string) error { return fmt.Errorf("%s: %w", what, ErrNotFound) }
