package memory

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// Store holds conversations. Implementations are safe for concurrent use, by
// several processes where what is below them is.
//
// Messages handed in and out belong to the caller: a store neither keeps nor
// hands out slices that another caller can see. The bytes inside parts are
// shared, and are read only.
type Store interface {
	// Load returns the whole session, an empty History where there is none.
	Load(ctx context.Context, session string) (History, error)

	// Append adds msgs, all or none. It fails with ErrConflict, and changes
	// nothing, when at is not the session's revision. Without msgs it returns at.
	Append(ctx context.Context, session string, at Revision, msgs ...llms.MessageContent) (Revision, error)

	// Replace puts msgs in place of all that is there, under the same rule: for
	// summaries. Without msgs an empty session is left.
	Replace(ctx context.Context, session string, at Revision, msgs []llms.MessageContent) (Revision, error)

	// Delete removes the session and everything about it. Deleting what is not
	// there is no error.
	Delete(ctx context.Context, session string) error
}

// Revision names a state of a session. It is opaque: compare it, hand it back,
// and nothing else. "" is the state of a session that does not exist. A
// session that was deleted and begun again has a different one.
type Revision string

// History is a session at a revision.
type History struct {
	Messages []llms.MessageContent
	Revision Revision
}

// ErrConflict says that the session is not at the revision the writer has
// seen: another writer was first. Load again and decide.
var ErrConflict = errors.New("memory: another writer changed the session first")

// ErrCorrupt says that what is stored is not what was written.
var ErrCorrupt = errors.New("memory: the stored session is damaged")

// Lister is implemented by stores that can say which sessions they hold.
type Lister interface {
	// Sessions yields the sessions whose names begin with prefix, in no
	// particular order. It ends at the first error.
	Sessions(ctx context.Context, prefix string) iter.Seq2[Session, error]
}

// Session is what a listing tells about one session.
type Session struct {
	ID      string
	Updated time.Time // when it was last written
	Bytes   int64     // as stored; 0 where the store cannot tell
}

// clone copies msgs and their lists of parts, in two allocations. It leaves
// room for the messages of a turn, which are what is appended next.
func clone(msgs []llms.MessageContent) []llms.MessageContent {
	if len(msgs) == 0 {
		return nil
	}
	total := 0
	for _, m := range msgs {
		total += len(m.Parts)
	}
	parts := make([]llms.ContentPart, 0, total)
	copied := make([]llms.MessageContent, len(msgs), len(msgs)+8)
	for i, m := range msgs {
		from := len(parts)
		parts = append(parts, m.Parts...)
		copied[i].Role = m.Role
		if m.Parts != nil {
			copied[i].Parts = parts[from:len(parts):len(parts)]
		}
	}
	return copied
}
