package memory

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tmc/langchaingo/llms"
)

// FileStore is a Store in a folder: one append-only file of JSON lines for
// each session, which a person can read. Several processes on one machine may
// share the folder on Unix and Windows; elsewhere, and on network file
// systems, one process. Use [NewFileStore].
//
// An append is on the disk when it returns. A process or machine that dies
// amid one leaves a torn line at the end, which readers pass over and the next
// append cuts off.
type FileStore struct {
	dir   string
	locks *stripes
}

// NewFileStore returns the store in dir, which is made when it is missing.
// Files are readable by their owner only.
func NewFileStore(dir string) (*FileStore, error) {
	locks := filepath.Join(dir, lockFolder)
	if err := os.MkdirAll(locks, 0o700); err != nil {
		return nil, fmt.Errorf("memory: make the folder: %w", err)
	}
	return &FileStore{dir: dir, locks: newStripes(locks)}, nil
}

// Load implements [Store]. It needs no lock: a log only grows, or is replaced
// as a whole.
func (f *FileStore) Load(ctx context.Context, session string) (History, error) {
	if err := ctx.Err(); err != nil {
		return History{}, err
	}
	l, err := readLog(f.path(session))
	if errors.Is(err, fs.ErrNotExist) {
		return History{}, nil
	}
	if err != nil {
		return History{}, err
	}
	msgs, err := l.messages()
	return History{Messages: msgs, Revision: l.revision()}, err
}

// Append implements [Store].
func (f *FileStore) Append(ctx context.Context, session string, at Revision, msgs ...llms.MessageContent) (Revision, error) {
	if len(msgs) == 0 {
		return at, ctx.Err()
	}
	record, err := encodeRecord(msgs)
	if err != nil {
		return "", err
	}
	unlock, err := f.locks.lock(ctx, session)
	if err != nil {
		return "", err
	}
	defer unlock()
	path := f.path(session)
	if at == "" {
		return f.create(path, session, record)
	}
	return appendRecord(path, at, record)
}

// Replace implements [Store].
func (f *FileStore) Replace(ctx context.Context, session string, at Revision, msgs []llms.MessageContent) (Revision, error) {
	var record []byte
	var err error
	if len(msgs) > 0 {
		if record, err = encodeRecord(msgs); err != nil {
			return "", err
		}
	}
	unlock, err := f.locks.lock(ctx, session)
	if err != nil {
		return "", err
	}
	defer unlock()
	path := f.path(session)
	if at == "" {
		return f.create(path, session, record)
	}
	l, err := readLog(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && l.revision() != at {
		return "", ErrConflict
	}
	if err != nil {
		return "", err
	}
	return writeLog(path, session, record)
}

// create writes the first record of a session that must not exist.
func (f *FileStore) create(path, session string, record []byte) (Revision, error) {
	switch _, err := os.Stat(path); {
	case err == nil:
		return "", ErrConflict
	case !errors.Is(err, fs.ErrNotExist):
		return "", err
	}
	return writeLog(path, session, record)
}

// Delete implements [Store].
func (f *FileStore) Delete(ctx context.Context, session string) error {
	unlock, err := f.locks.lock(ctx, session)
	if err != nil {
		return err
	}
	defer unlock()
	path := f.path(session)
	for _, name := range []string{path, path + unfinished} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncDir(f.dir)
}

func (f *FileStore) path(session string) string {
	return filepath.Join(f.dir, fileName(session))
}
