package sqlitememory

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"
	_ "modernc.org/sqlite" // the driver named sqlite

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/message"
)

// Options tune a [Store]. The zero value is what the fields say.
type Options struct {
	// Busy is how long a write waits while another process writes; 0 means 10
	// seconds.
	Busy time.Duration
	// Readers is how many loads run at once; 0 means 8.
	Readers int
}

// Store is a memory.Store and memory.Lister in an SQLite file.
type Store struct {
	db     *sql.DB
	writer chan struct{} // SQLite has one writer: waiting here is fairer than in SQLite
}

// An edition is the number of a session's writes; a record holds the messages
// of one. AUTOINCREMENT never gives an id again, so that a session begun anew
// is not taken for the one that was deleted.
const tables = `
CREATE TABLE IF NOT EXISTS sessions (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name BLOB NOT NULL UNIQUE,
	edition INTEGER NOT NULL,
	updated INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS records (
	session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
	edition INTEGER NOT NULL,
	messages BLOB NOT NULL,
	PRIMARY KEY (session, edition)
) WITHOUT ROWID;`

// New opens the file at path, which is made when it is missing. Close it after
// use.
func New(path string, o *Options) (*Store, error) {
	var settings Options
	if o != nil {
		settings = *o
	}
	if settings.Busy == 0 {
		settings.Busy = 10 * time.Second
	}
	if settings.Readers == 0 {
		settings.Readers = 8
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("sqlitememory: %w", err)
	}
	source := url.URL{Scheme: "file", Path: filepath.ToSlash(whole), RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", settings.Busy.Milliseconds()),
			"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)",
		},
	}.Encode()}
	db, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, fmt.Errorf("sqlitememory: %w", err)
	}
	db.SetMaxOpenConns(settings.Readers + 1)
	if _, err := db.Exec(tables); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlitememory: open %s: %w", path, err), db.Close())
	}
	return &Store{db: db, writer: make(chan struct{}, 1)}, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Load implements memory.Store.
func (s *Store) Load(ctx context.Context, session string) (memory.History, error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return memory.History{}, said(ctx, err)
	}
	defer tx.Rollback() // it changed nothing
	var id, edition int64
	err = tx.QueryRowContext(ctx, `SELECT id, edition FROM sessions WHERE name = ?`, []byte(session)).Scan(&id, &edition)
	if errors.Is(err, sql.ErrNoRows) {
		return memory.History{}, nil
	}
	if err != nil {
		return memory.History{}, said(ctx, err)
	}
	msgs, err := records(ctx, tx, id)
	return memory.History{Messages: msgs, Revision: revision(id, edition)}, said(ctx, err)
}

func records(ctx context.Context, tx *sql.Tx, id int64) ([]llms.MessageContent, error) {
	rows, err := tx.QueryContext(ctx, `SELECT edition, messages FROM records WHERE session = ? ORDER BY edition`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []llms.MessageContent
	for rows.Next() {
		var edition int64
		var body sql.RawBytes
		if err := rows.Scan(&edition, &body); err != nil {
			return nil, err
		}
		msgs, err := message.Unmarshal(body)
		if err != nil {
			return nil, fmt.Errorf("%w: edition %d: %w", memory.ErrCorrupt, edition, err)
		}
		all = append(all, msgs...)
	}
	return all, rows.Err()
}

// Append implements memory.Store.
func (s *Store) Append(ctx context.Context, session string, at memory.Revision, msgs ...llms.MessageContent) (memory.Revision, error) {
	if len(msgs) == 0 {
		return at, ctx.Err()
	}
	return s.write(ctx, session, at, msgs, false)
}

// Replace implements memory.Store.
func (s *Store) Replace(ctx context.Context, session string, at memory.Revision, msgs []llms.MessageContent) (memory.Revision, error) {
	return s.write(ctx, session, at, msgs, true)
}

func (s *Store) write(ctx context.Context, session string, at memory.Revision, msgs []llms.MessageContent, anew bool) (memory.Revision, error) {
	body, err := message.Marshal(msgs)
	if err != nil {
		return "", err
	}
	var next memory.Revision
	err = s.transact(ctx, func(tx *sql.Tx) error {
		id, edition, err := advance(ctx, tx, session, at)
		if err != nil {
			return err
		}
		if anew {
			if _, err := tx.ExecContext(ctx, `DELETE FROM records WHERE session = ?`, id); err != nil {
				return err
			}
		}
		next = revision(id, edition)
		_, err = tx.ExecContext(ctx, `INSERT INTO records (session, edition, messages) VALUES (?, ?, ?)`, id, edition, body)
		return err
	})
	if err != nil {
		return "", err
	}
	return next, nil
}

// transact runs fn as the one writer there is.
func (s *Store) transact(ctx context.Context, fn func(*sql.Tx) error) error {
	select {
	case s.writer <- struct{}{}:
		defer func() { <-s.writer }()
	case <-ctx.Done():
		return ctx.Err()
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return said(ctx, err)
	}
	if err := fn(tx); err != nil {
		return errors.Join(said(ctx, err), ignoreDone(tx.Rollback()))
	}
	return said(ctx, tx.Commit())
}

// advance moves the session to its next edition if it is at the revision.
func advance(ctx context.Context, tx *sql.Tx, session string, at memory.Revision) (id, edition int64, err error) {
	now := time.Now().UnixMilli()
	var row *sql.Row
	if at == "" {
		row = tx.QueryRowContext(ctx, `INSERT INTO sessions (name, edition, updated) VALUES (?, 1, ?)
			ON CONFLICT (name) DO NOTHING RETURNING id, edition`, []byte(session), now)
	} else {
		left, right, _ := strings.Cut(string(at), ".")
		wantID, err1 := strconv.ParseInt(left, 10, 64)
		wantEdition, err2 := strconv.ParseInt(right, 10, 64)
		if err1 != nil || err2 != nil {
			return 0, 0, memory.ErrConflict // of another kind of store
		}
		row = tx.QueryRowContext(ctx, `UPDATE sessions SET edition = edition + 1, updated = ?
			WHERE name = ? AND id = ? AND edition = ? RETURNING id, edition`, now, []byte(session), wantID, wantEdition)
	}
	err = row.Scan(&id, &edition)
	if errors.Is(err, sql.ErrNoRows) {
		err = memory.ErrConflict
	}
	return id, edition, err
}

// Delete implements memory.Store.
func (s *Store) Delete(ctx context.Context, session string) error {
	gone := int64(0)
	err := s.transact(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE name = ?`, []byte(session))
		if err == nil {
			gone, err = r.RowsAffected()
		}
		return err
	})
	if err != nil || gone == 0 {
		return err
	}
	// The write-ahead log still holds what was written once. Emptying it fails
	// while somebody reads an older state; the next one to write empties it then.
	_, err = s.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return said(ctx, err)
}

// Sessions implements memory.Lister.
func (s *Store) Sessions(ctx context.Context, prefix string) iter.Seq2[memory.Session, error] {
	return func(yield func(memory.Session, error) bool) {
		rows, err := s.db.QueryContext(ctx, `SELECT name, updated, (SELECT TOTAL(LENGTH(messages)) FROM records WHERE session = id)
			FROM sessions WHERE SUBSTR(name, 1, ?) = ?`, len(prefix), []byte(prefix))
		if err != nil {
			yield(memory.Session{}, said(ctx, err))
			return
		}
		var found []memory.Session // so that yield may write
		for rows.Next() {
			var name []byte
			var updated int64
			var bytes float64
			if err = rows.Scan(&name, &updated, &bytes); err != nil {
				break
			}
			found = append(found, memory.Session{ID: string(name), Updated: time.UnixMilli(updated), Bytes: int64(bytes)})
		}
		if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
			yield(memory.Session{}, said(ctx, err))
			return
		}
		for _, one := range found {
			if !yield(one, nil) {
				return
			}
		}
	}
}

func revision(id, edition int64) memory.Revision {
	return memory.Revision(strconv.FormatInt(id, 10) + "." + strconv.FormatInt(edition, 10))
}

// said makes the context's error findable: the driver says "interrupted".
func said(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
