package memory

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"

	"github.com/causeway-go/causeway/internal/filelock"
)

// stripes are the locks of a folder. A session belongs to one of them, so that
// deleting a session leaves no lock of its own behind. Each is a channel, for
// this process, and a lock on a file, for the others.
type stripes struct {
	dir   string
	slots [64]chan struct{}
}

func newStripes(dir string) *stripes {
	s := &stripes{dir: dir}
	for i := range s.slots {
		s.slots[i] = make(chan struct{}, 1)
	}
	return s
}

// lock takes the session's lock. It waits for others, no longer than ctx.
func (s *stripes) lock(ctx context.Context, session string) (unlock func(), err error) {
	if len(session) > maxSession {
		return nil, fmt.Errorf("memory: a session's name has %d bytes; the limit is %d", len(session), maxSession)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	h := fnv.New32a()
	h.Write([]byte(session))
	i := h.Sum32() % uint32(len(s.slots))
	select {
	case s.slots[i] <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	f, err := os.OpenFile(filepath.Join(s.dir, fmt.Sprintf("%02d", i)), os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		if err = filelock.Lock(ctx, f); err != nil {
			f.Close()
		}
	}
	if err != nil {
		<-s.slots[i]
		return nil, err
	}
	return func() {
		f.Close() // gives the lock back
		<-s.slots[i]
	}, nil
}
