package memory

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/causeway-go/causeway/message"
)

// Expire deletes the sessions whose names begin with prefix and that nobody
// wrote to since before, and returns how many. It goes on after an error and
// returns all of them.
func Expire(ctx context.Context, s Store, prefix string, before time.Time) (int, error) {
	l, ok := s.(Lister)
	if !ok {
		return 0, fmt.Errorf("memory: a %T lists no sessions, so none can expire", s)
	}
	deleted := 0
	var errs []error
	for one, err := range l.Sessions(ctx, prefix) {
		if err == nil && one.Updated.Before(before) {
			if err = s.Delete(ctx, one.ID); err == nil {
				deleted++
			}
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return deleted, errors.Join(errs...)
}

// exported is a session as Export writes it: one line of JSON.
type exported struct {
	Session  string          `json:"session"`
	Messages json.RawMessage `json:"messages"`
}

// Export writes sessions to w, a line of JSON for each:
//
//	{"session":"customer-17","messages":[{"role":"human","parts":[…]}]}
//
// It is what a person who asks for their data gets, and what [Import] reads.
func Export(ctx context.Context, s Store, w io.Writer, sessions ...string) error {
	for _, session := range sessions {
		h, err := s.Load(ctx, session)
		if err != nil {
			return fmt.Errorf("export session %q: %w", session, err)
		}
		msgs, err := message.Marshal(h.Messages)
		if err != nil {
			return fmt.Errorf("export session %q: %w", session, err)
		}
		line, err := json.Marshal(exported{session, msgs})
		if err == nil {
			_, err = w.Write(append(line, '\n'))
		}
		if err != nil {
			return fmt.Errorf("export session %q: %w", session, err)
		}
	}
	return nil
}

// maxImport is how long a line of an import may be.
const maxImport = 256 << 20

// Import reads what [Export] wrote into s and returns the sessions' names. A
// session that exists already is an ErrConflict; those before it stay imported.
func Import(ctx context.Context, s Store, r io.Reader) ([]string, error) {
	var done []string
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxImport)
	for number := 1; lines.Scan(); number++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var one exported
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return done, fmt.Errorf("import: line %d: %w", number, err)
		}
		msgs, err := message.Unmarshal(one.Messages)
		if err != nil {
			return done, fmt.Errorf("import: line %d: %w", number, err)
		}
		if _, err := s.Replace(ctx, one.Session, "", msgs); err != nil {
			return done, fmt.Errorf("import: line %d: session %q: %w", number, one.Session, err)
		}
		done = append(done, one.Session)
	}
	return done, lines.Err()
}
