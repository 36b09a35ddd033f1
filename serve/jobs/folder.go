package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/internal/durable"
	"github.com/causeway-go/causeway/internal/filelock"
)

// FolderOptions are the settings of a [Folder].
type FolderOptions struct {
	Keep time.Duration // how long jobs that are over are kept; 0 means 7 days
}

// Folder is a Backend for one process: each job is a file, on the disk before
// a change of it returns, and which of them wait is found out when the folder
// is opened. Two processes on one folder are refused.
//
//	jobs/ID.json     the jobs
//	runs/ID/         what their runs have done
//	dead/            messages that were buried, with their reasons
type Folder struct {
	dir    string
	keep   time.Duration
	lock   *os.File
	checks chain.Checkpointer
	queue  *queue

	mu     sync.Mutex // held while a file changes
	pruned time.Time
}

// NewFolder opens the jobs in dir, which is made if need be, and queues those
// that were not done.
func NewFolder(dir string, o *FolderOptions) (*Folder, error) {
	f := &Folder{dir: dir, keep: 7 * 24 * time.Hour, queue: newQueue()}
	if o != nil && o.Keep > 0 {
		f.keep = o.Keep
	}
	err := errors.Join(os.MkdirAll(f.path("jobs"), 0o700), os.MkdirAll(f.path("dead"), 0o700))
	if err == nil {
		err = f.open()
	}
	if err != nil {
		return nil, fmt.Errorf("jobs in %s: %w", dir, err)
	}
	return f, nil
}

func (f *Folder) path(parts ...string) string {
	return filepath.Join(append([]string{f.dir}, parts...)...)
}

// open locks the folder and queues what is not done.
func (f *Folder) open() error {
	var err error
	if f.lock, err = os.OpenFile(f.path(".lock"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	if err = filelock.Try(f.lock); err == nil {
		f.sweep()
		if f.checks, err = chain.NewFileCheckpoints(f.path("runs")); err == nil {
			err = f.wakeAll()
		}
	}
	if err != nil {
		err = errors.Join(err, f.lock.Close())
	}
	return err
}

// sweep removes what a process that died was about to write.
func (f *Folder) sweep() {
	left, _ := filepath.Glob(f.path("jobs", ".tmp-*")) // the pattern is right
	for _, name := range left {
		_ = os.Remove(name) // it does no harm
	}
}

// wakeAll queues what is not done, in the order it was asked for.
func (f *Folder) wakeAll() error {
	var all []*Job
	err := f.each(func(j *Job) error {
		if !j.State.Final() || j.owed() {
			all = append(all, j)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b *Job) int { return a.Created.Compare(b.Created) })
	for _, j := range all {
		if err := f.wake(j); err != nil {
			return err
		}
	}
	return nil
}

// wake queues a job that needs a worker. One that was running belongs to
// nobody: its worker was in the process that had this folder.
func (f *Folder) wake(j *Job) error {
	if j.State == Waiting {
		return nil
	}
	if j.State == Running {
		j.Deaths = j.deaths()
		j.State, j.Lease = Queued, Lease{}
		if err := f.Save(context.Background(), j); err != nil {
			return err
		}
	}
	return f.Send(context.Background(), j)
}

// Close lets another process open the folder. Messages are received no more.
func (f *Folder) Close() error {
	f.queue.close()
	return f.lock.Close()
}

// Create implements Backend.
func (f *Folder) Create(_ context.Context, j *Job) error {
	f.prune()
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, err := os.Stat(f.file(j.ID)); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, ErrExists)
	}
	return f.write(j)
}

// Load implements Backend.
func (f *Folder) Load(_ context.Context, id string) (*Job, error) {
	if chain.CheckRunID(id) != nil {
		return nil, ErrNoJob
	}
	body, err := os.ReadFile(f.file(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoJob
	}
	if err != nil {
		return nil, err
	}
	return Decode(body, revisionOf(body))
}

// Save implements Backend.
func (f *Folder) Save(ctx context.Context, j *Job) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	old, err := f.Load(ctx, j.ID)
	if err != nil {
		return err
	}
	if old.Revision != j.Revision {
		return ErrConflict
	}
	return f.write(j)
}

func (f *Folder) file(id string) string { return f.path("jobs", id+".json") }

// write replaces the file of a job as a whole.
func (f *Folder) write(j *Job) error {
	if err := chain.CheckRunID(j.ID); err != nil {
		return err
	}
	body, err := Encode(j)
	if err != nil {
		return err
	}
	tmp, err := durable.WriteTemp(f.path("jobs"), body)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, f.file(j.ID)); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	durable.SyncDir(f.path("jobs"))
	j.Revision = revisionOf(body)
	return nil
}

func revisionOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// each calls do with every job.
func (f *Folder) each(do func(*Job) error) error {
	entries, err := os.ReadDir(f.path("jobs"))
	if err != nil {
		return err
	}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || strings.HasPrefix(id, ".") {
			continue
		}
		j, err := f.Load(context.Background(), id)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name(), err)
		}
		if err := do(j); err != nil {
			return err
		}
	}
	return nil
}

// prune removes jobs that are over and older than wanted, once an hour.
func (f *Folder) prune() {
	f.mu.Lock()
	due := time.Since(f.pruned) > time.Hour
	if due {
		f.pruned = time.Now()
	}
	f.mu.Unlock()
	if !due {
		return
	}
	_ = f.each(func(j *Job) error { // what cannot be removed now is tried again
		if j.State.Final() && !j.owed() && time.Since(j.Ended) > f.keep {
			_ = f.checks.Delete(context.Background(), j.ID)
			_ = os.Remove(f.file(j.ID))
		}
		return nil
	})
}

// Checkpoints implements Backend.
func (f *Folder) Checkpoints() chain.Checkpointer { return f.checks }

// Send implements Backend.
func (f *Folder) Send(_ context.Context, j *Job) error {
	f.queue.add(j.ID)
	return nil
}

// Receive implements Backend.
func (f *Folder) Receive(ctx context.Context, max int, hold time.Duration) ([]Message, error) {
	var messages []Message
	for _, e := range f.queue.take(ctx, max, hold) {
		messages = append(messages, &folderMessage{f, e})
	}
	return messages, nil
}

// Depth implements Backend.
func (f *Folder) Depth(context.Context) (int, error) { return f.queue.depth(), nil }

// folderMessage is one place in the queue.
type folderMessage struct {
	f     *Folder
	entry *queued
}

func (m *folderMessage) JobID() string { return m.entry.id }

func (m *folderMessage) Hide(_ context.Context, d time.Duration) error {
	m.f.queue.hide(m.entry, d)
	return nil
}

func (m *folderMessage) Delete(context.Context) error {
	m.f.queue.remove(m.entry)
	return nil
}

func (m *folderMessage) Bury(ctx context.Context, reason string) error {
	body, err := json.Marshal(map[string]any{"job": m.entry.id, "reason": reason, "time": time.Now().UTC()})
	if err == nil {
		err = os.WriteFile(m.f.path("dead", m.entry.id+".json"), body, 0o600)
	}
	if err != nil {
		return err
	}
	return m.Delete(ctx)
}
