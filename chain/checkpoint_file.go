package chain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/causeway-go/causeway/internal/durable"
)

// MaxRunID is the longest id of a run that is checkpointed, in bytes.
const MaxRunID = 128

var runIDForm = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$`)

// CheckRunID says what is wrong with the id of a run that is to be
// checkpointed: it has up to 128 letters, digits, dots, hyphens and
// underscores and does not begin with a dot, so that it can name files and
// objects.
func CheckRunID(id string) error {
	if !runIDForm.MatchString(id) {
		return fmt.Errorf("%.40q is no id for a checkpointed run: use up to %d letters, digits, dots, - and _, no dot first", id, MaxRunID)
	}
	return nil
}

// FileCheckpoints keeps each journal as a folder with one file an entry. An
// entry is on the disk before Append returns, whole or not at all, also when
// the process dies; several processes may share the folder, on file systems
// with hard links.
type FileCheckpoints struct{ dir string }

// NewFileCheckpoints returns the journals below dir, which is made if need be.
func NewFileCheckpoints(dir string) (*FileCheckpoints, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	return &FileCheckpoints{dir: dir}, nil
}

// Append implements Checkpointer.
func (c *FileCheckpoints) Append(ctx context.Context, runID string, seq int, entry []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := CheckRunID(runID); err != nil {
		return err
	}
	run := filepath.Join(c.dir, runID)
	if seq == 1 {
		if err := os.MkdirAll(run, 0o700); err != nil {
			return fmt.Errorf("checkpoints: %w", err)
		}
		durable.SyncDir(c.dir)
	}
	tmp, err := durable.WriteTemp(run, entry)
	if err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	defer os.Remove(tmp)
	if err := os.Link(tmp, filepath.Join(run, entryName(seq))); err != nil { // unlike a rename, a link never replaces
		if errors.Is(err, fs.ErrExist) {
			return ErrConflict
		}
		return fmt.Errorf("checkpoints: %w", err)
	}
	durable.SyncDir(run)
	return nil
}

func entryName(seq int) string { return fmt.Sprintf("%08d.json", seq) }

// Entries implements Checkpointer.
func (c *FileCheckpoints) Entries(ctx context.Context, runID string) ([][]byte, error) {
	if err := CheckRunID(runID); err != nil {
		return nil, err
	}
	var entries [][]byte
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		data, err := os.ReadFile(filepath.Join(c.dir, runID, entryName(len(entries)+1)))
		if errors.Is(err, fs.ErrNotExist) {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("checkpoints: %w", err)
		}
		entries = append(entries, data)
	}
}

// Delete implements Checkpointer. It removes the first entry first, so that a
// deletion cut short leaves a run that does not exist rather than half of one.
func (c *FileCheckpoints) Delete(_ context.Context, runID string) error {
	if err := CheckRunID(runID); err != nil {
		return err
	}
	run := filepath.Join(c.dir, runID)
	if err := os.Remove(filepath.Join(run, entryName(1))); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("checkpoints: %w", err)
	}
	if err := os.RemoveAll(run); err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	return nil
}

// Runs implements Checkpointer.
func (c *FileCheckpoints) Runs(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		entries, err := os.ReadDir(c.dir)
		if err != nil {
			yield("", fmt.Errorf("checkpoints: %w", err))
			return
		}
		for _, e := range entries {
			if ctx.Err() != nil {
				yield("", ctx.Err())
				return
			}
			if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !yield(e.Name(), nil) {
				return
			}
		}
	}
}
