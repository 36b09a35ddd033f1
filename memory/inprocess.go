package memory

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// InProcess is a Store in this process's memory: for tests, and for sessions
// that may die with it. Use [NewInProcess].
type InProcess struct {
	mu       sync.RWMutex
	sessions map[string]*inProcessSession
	begun    int // sessions ever begun; tells apart those of one name
}

type inProcessSession struct {
	msgs    []llms.MessageContent // append only, so a reader may hold a prefix
	number  int                   // of begun
	edition int                   // of this session; counts writes
	updated time.Time
}

func (s *inProcessSession) revision() Revision {
	if s == nil {
		return ""
	}
	return Revision(strconv.Itoa(s.number) + "." + strconv.Itoa(s.edition))
}

// NewInProcess returns an empty store.
func NewInProcess() *InProcess {
	return &InProcess{sessions: map[string]*inProcessSession{}}
}

// Load implements [Store].
func (p *InProcess) Load(ctx context.Context, session string) (History, error) {
	if err := ctx.Err(); err != nil {
		return History{}, err
	}
	p.mu.RLock()
	s := p.sessions[session]
	var h History
	if s != nil {
		h = History{Messages: s.msgs, Revision: s.revision()}
	}
	p.mu.RUnlock()
	h.Messages = clone(h.Messages)
	return h, nil
}

// Append implements [Store].
func (p *InProcess) Append(ctx context.Context, session string, at Revision, msgs ...llms.MessageContent) (Revision, error) {
	if len(msgs) == 0 {
		return at, ctx.Err()
	}
	return p.write(ctx, session, at, func(s *inProcessSession) { s.msgs = append(s.msgs, clone(msgs)...) })
}

// Replace implements [Store].
func (p *InProcess) Replace(ctx context.Context, session string, at Revision, msgs []llms.MessageContent) (Revision, error) {
	return p.write(ctx, session, at, func(s *inProcessSession) { s.msgs = clone(msgs) })
}

func (p *InProcess) write(ctx context.Context, session string, at Revision, change func(*inProcessSession)) (Revision, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.sessions[session]
	if s.revision() != at {
		return "", ErrConflict
	}
	if s == nil {
		p.begun++
		s = &inProcessSession{number: p.begun}
		p.sessions[session] = s
	}
	change(s)
	s.edition++
	s.updated = time.Now()
	return s.revision(), nil
}

// Delete implements [Store].
func (p *InProcess) Delete(ctx context.Context, session string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, session)
	return ctx.Err()
}

// Sessions implements [Lister].
func (p *InProcess) Sessions(ctx context.Context, prefix string) iter.Seq2[Session, error] {
	return func(yield func(Session, error) bool) {
		var found []Session
		p.mu.RLock()
		for id, s := range p.sessions {
			if strings.HasPrefix(id, prefix) {
				found = append(found, Session{ID: id, Updated: s.updated})
			}
		}
		p.mu.RUnlock()
		for _, s := range found {
			if err := ctx.Err(); err != nil {
				yield(Session{}, err)
				return
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}
