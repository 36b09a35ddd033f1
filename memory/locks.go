package memory

import (
	"context"
	"sync"
)

// Locks are locks of sessions, for one process. The zero value is ready.
type Locks struct {
	mu   sync.Mutex
	held map[string]*sessionLock
}

type sessionLock struct {
	free  chan struct{} // holds a token while nobody has the lock
	users int           // who has it or waits for it
}

// Lock waits until nobody else has the session, no longer than ctx. Each call
// needs one unlock.
func (l *Locks) Lock(ctx context.Context, session string) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := l.join(session)
	select {
	case <-s.free:
		return func() {
			s.free <- struct{}{}
			l.leave(session, s)
		}, nil
	case <-ctx.Done():
		l.leave(session, s)
		return nil, ctx.Err()
	}
}

func (l *Locks) join(session string) *sessionLock {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.held[session]
	if s == nil {
		s = &sessionLock{free: make(chan struct{}, 1)}
		s.free <- struct{}{}
		if l.held == nil {
			l.held = map[string]*sessionLock{}
		}
		l.held[session] = s
	}
	s.users++
	return s
}

func (l *Locks) leave(session string, s *sessionLock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.users--; s.users == 0 {
		delete(l.held, session)
	}
}
