package templates

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"
)

// FileStore is a Store in a folder, in the layout of the S3 store. It reads
// plain prompt files too, as [FSStore] tells. Many processes may use one folder
// at once: writers take turns by a lock file, and every file appears whole.
type FileStore struct {
	*FSStore
	root *os.Root
}

// NewFileStore returns the store in the folder root, which is made if it is
// not there. Nothing outside that folder is read or written, whatever links
// it may hold.
func NewFileStore(root string) (*FileStore, error) {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	return &FileStore{FSStore: FromFS(r.FS()), root: r}, nil
}

// Close gives the folder back. The store cannot be used afterwards.
func (s *FileStore) Close() error { return s.root.Close() }

// Publish implements [Store].
func (s *FileStore) Publish(ctx context.Context, name string, body []byte, o *PublishOptions) (Version, error) {
	if o == nil {
		o = &PublishOptions{}
	}
	if err := CheckPublish(ctx, name, body, o); err != nil {
		return Version{}, err
	}
	unlock, err := s.lock(ctx)
	if err != nil {
		return Version{}, err
	}
	defer unlock()
	numbers, err := s.numbers(name)
	if err != nil {
		return Version{}, err
	}
	v := Version{
		Name: name, Number: 1, SHA256: SHA256(body), Size: len(body),
		Author: o.Author, Parent: o.Parent, Why: o.Why, Created: time.Now().UTC(),
	}
	if len(numbers) > 0 {
		newest, err := s.meta(name, slices.Max(numbers))
		if err != nil {
			return Version{}, err
		}
		if newest.SHA256 == v.SHA256 {
			newest.Existed = true
			return newest, nil
		}
		v.Number = newest.Number + 1
		if v.Parent == "" {
			v.Parent = newest.SHA256
		}
	}
	e := Entry{
		ID: NewEntryID(), Action: ActionPublish, Name: name, From: v.Number - 1, To: v.Number,
		SHA256: v.SHA256, By: v.Author, Why: v.Why, At: v.Created,
	}
	return v, s.logged(e, func() error { return s.keep(v, body) })
}

// keep writes what belongs beside a version, then the version: who sees the
// version finds the rest.
func (s *FileStore) keep(v Version, body []byte) error {
	meta, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := s.write(metaKey(v.Name, v.Number), meta); err != nil {
		return err
	}
	return s.write(VersionKey(v.Name, v.Number), body)
}

// SetAlias implements [Store].
func (s *FileStore) SetAlias(ctx context.Context, name, alias string, version int, o *AliasOptions) (Alias, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return Alias{}, err
	}
	defer unlock()
	var v Version
	if numbers, err := s.numbers(name); err != nil {
		return Alias{}, err
	} else if len(numbers) == 0 {
		return Alias{}, notFound("prompt " + name + ", among the published")
	}
	if version != 0 {
		if v, err = s.Stat(ctx, Ref{Name: name, Version: version}); err != nil {
			return Alias{}, err
		}
	}
	table, err := s.table(name)
	if err != nil {
		return Alias{}, err
	}
	a, e, err := table.Set(name, alias, v, o)
	if err != nil {
		return Alias{}, err
	}
	e.ID = NewEntryID()
	return a, s.logged(e, func() error { return s.write(AliasesKey(name), table.Encode()) })
}

// logged writes the intent, does it, and writes how it ended.
func (s *FileStore) logged(e Entry, do func() error) error {
	e.Outcome = OutcomeIntent
	if err := s.note(e); err != nil {
		return err
	}
	err := do()
	e.Outcome = OutcomeDone
	if err != nil {
		e.Outcome = OutcomeFailed
	}
	return errors.Join(err, s.note(e))
}

func (s *FileStore) note(e Entry) error {
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return err
	}
	return s.write(LogKey(e.Name, e), data)
}

// write puts a file in place whole, or not at all.
func (s *FileStore) write(name string, data []byte) error {
	if err := s.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	temporary := name + "." + rand.Text()[:8] + ".tmp"
	f, err := s.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = s.root.Rename(temporary, name)
	}
	if err != nil {
		err = errors.Join(err, ignoreNotExist(s.root.Remove(temporary)))
		return fmt.Errorf("templates: write %s: %w", name, err)
	}
	return nil
}

func ignoreNotExist(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// NewEntryID returns an id for a log entry. Ids sort by the time they were
// made at, and two are never the same.
func NewEntryID() string {
	now := time.Now().UTC()
	return fmt.Sprintf("%s%09dZ-%s", now.Format("20060102T150405"), now.Nanosecond(), rand.Text()[:10])
}
