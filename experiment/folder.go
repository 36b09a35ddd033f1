package experiment

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// FolderLog is a [Log] in a folder: <experiment>/<day>-<writer>.jsonl, one file
// for each process and day. Records survive the end of the process as soon as
// Append returned. Other processes may use the folder at the same time.
type FolderLog struct {
	dir, writer string

	mu   sync.Mutex
	open map[string]*os.File // by experiment
	day  map[string]string
}

// NewFolderLog returns a log in dir, which is made when the first record comes.
func NewFolderLog(dir string) *FolderLog {
	return &FolderLog{dir: dir, writer: strings.ToLower(rand.Text()[:12]), open: map[string]*os.File{}, day: map[string]string{}}
}

// Append implements [Log].
func (l *FolderLog) Append(ctx context.Context, records ...Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	lines := map[string][]byte{}
	for _, r := range records {
		line, err := MarshalRecords(r)
		if err != nil {
			return err
		}
		lines[r.Experiment] = append(lines[r.Experiment], line...)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for experiment, body := range lines {
		f, err := l.file(experiment)
		if err != nil {
			return fmt.Errorf("experiment log: %w", err)
		}
		if _, err := f.Write(body); err != nil {
			// What is torn now stays torn: go on in a file of its own.
			_ = f.Close()
			delete(l.open, experiment)
			l.writer = strings.ToLower(rand.Text()[:12])
			return fmt.Errorf("experiment log: %w", err)
		}
	}
	return nil
}

// file returns the file of today, of this process alone.
func (l *FolderLog) file(experiment string) (*os.File, error) {
	today := time.Now().UTC().Format(time.DateOnly)
	if f := l.open[experiment]; f != nil && l.day[experiment] == today {
		return f, nil
	} else if f != nil {
		delete(l.open, experiment)
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	dir := filepath.Join(l.dir, experiment)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	name := filepath.Join(dir, today+"-"+l.writer+".jsonl")
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	l.open[experiment], l.day[experiment] = f, today
	return f, nil
}

// Read implements [Log].
func (l *FolderLog) Read(ctx context.Context, experiment string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if !isKey(experiment) {
			yield(Record{}, fmt.Errorf("%q is no experiment's key", experiment))
			return
		}
		names, err := fs.Glob(os.DirFS(l.dir), experiment+"/*.jsonl")
		if err != nil {
			yield(Record{}, err)
			return
		}
		for _, name := range names {
			if !l.readFile(ctx, name, experiment, yield) {
				return
			}
		}
	}
}

func (l *FolderLog) readFile(ctx context.Context, name, experiment string, yield func(Record, error) bool) bool {
	f, err := os.Open(filepath.Join(l.dir, filepath.FromSlash(name)))
	if err != nil {
		yield(Record{}, fmt.Errorf("experiment log: %w", err))
		return false
	}
	defer f.Close()
	for r, err := range ReadRecords(f, name, experiment) {
		if ctx.Err() != nil {
			yield(Record{}, ctx.Err())
			return false
		}
		if !yield(r, err) {
			return false
		}
	}
	return true
}

// Close implements [Log].
func (l *FolderLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var first error
	for experiment, f := range l.open {
		if err := f.Close(); err != nil && first == nil {
			first = err
		}
		delete(l.open, experiment)
	}
	return first
}
