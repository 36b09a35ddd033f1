package templates

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// entry is one remembered reference.
type entry struct {
	ref     Ref
	current atomic.Pointer[snapshot]

	mu   sync.Mutex
	call *call // in flight, nil if none
}

// snapshot is what a reference meant when last asked.
type snapshot struct {
	template *Template
	checked  time.Time     // when it was last asked, with or without an answer
	ttl      time.Duration // how long after checked it is believed
	pinned   bool
}

// call is one request in flight, with everybody who waits for it.
type call struct {
	done chan struct{}
	err  error
}

// wait asks for e, or joins who is asking already.
func (l *Library) wait(ctx context.Context, e *entry) (*Template, error) {
	c := l.begin(ctx, e)
	select {
	case <-c.done:
	case <-ctx.Done():
		return nil, fmt.Errorf("resolve %s: %w", e.ref, ctx.Err())
	}
	if c.err != nil {
		return nil, c.err
	}
	return e.current.Load().template, nil
}

// begin starts a request for e unless one is in flight. It has a deadline of
// its own: the caller's cancellation must not fail the others who wait.
func (l *Library) begin(ctx context.Context, e *entry) *call {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.call != nil {
		return e.call
	}
	c := &call{done: make(chan struct{})}
	e.call = c
	go func() {
		s, err := l.fetch(context.WithoutCancel(ctx), e)
		if err == nil {
			e.current.Store(s)
		}
		e.mu.Lock()
		c.err, e.call = err, nil
		e.mu.Unlock()
		if err != nil && e.current.Load() == nil {
			l.drop(e)
		}
		close(c.done)
	}()
	return c
}

// fetch asks the sources in order.
func (l *Library) fetch(ctx context.Context, e *entry) (*snapshot, error) {
	before := e.current.Load()
	var first error
	for _, src := range l.sources {
		if src.origin == OriginSecond && errors.Is(first, ErrNotFound) {
			continue // a replica knows no more than the store, which did answer
		}
		t, err := l.ask(ctx, src, e.ref, before)
		if err == nil {
			return l.accept(e, before, t, first), nil
		}
		if first == nil {
			first = fmt.Errorf("resolve %s: %w", e.ref, err)
			if s := l.stale(before, first); s != nil {
				return s, nil
			}
		}
	}
	l.notify(Notice{Kind: NoticeUnresolved, Ref: e.ref, Err: first})
	return nil, first
}

// ask gets one answer from one source. What is remembered already is not
// read again.
func (l *Library) ask(ctx context.Context, src source, ref Ref, before *snapshot) (*Template, error) {
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	now := stamp{time.Now()}
	exact := ref
	if before != nil {
		v, err := Stat(ctx, src.store, ref)
		if err != nil {
			return nil, err
		}
		if v.SHA256 == before.template.ref.SHA256 {
			return l.dress(before.template.compiled, ref, v, src, now), nil
		}
		exact = v.Ref()
	}
	body, v, err := src.store.Get(ctx, exact)
	if err != nil {
		return nil, err
	}
	if sum := SHA256(body); sum != v.SHA256 {
		return nil, CheckSHA256(v.Ref(), sum)
	}
	t, err := ParseFile(v.Ref().String(), body)
	if err != nil {
		return nil, err
	}
	if t.name != ref.Name {
		return nil, fmt.Errorf("the file's own name is %s: %w", t.name, ErrIntegrity)
	}
	return l.dress(t.compiled, ref, v, src, now), nil
}

// dress is a template with where it came from.
func (l *Library) dress(c *compiled, ref Ref, v Version, src source, asOf stamp) *Template {
	if ref.Pinned() {
		asOf = stamp{}
	}
	return &Template{
		compiled: c, origin: src.origin, asOf: asOf,
		ref: Ref{Name: v.Name, Version: v.Number, SHA256: v.SHA256, Alias: ref.Alias},
	}
}

// accept makes an answer the current one and tells of a change.
func (l *Library) accept(e *entry, before *snapshot, t *Template, storeErr error) *snapshot {
	s := &snapshot{template: t, checked: time.Now(), ttl: l.options.TTL}
	s.pinned = e.ref.Pinned() && storeErr == nil
	if storeErr != nil {
		s.ttl = l.cooldown()
		l.notify(Notice{Kind: NoticeElsewhere, Ref: t.ref, Origin: t.origin, Err: storeErr})
	} else if before != nil && before.template.ref.SHA256 != t.ref.SHA256 {
		l.notify(Notice{Kind: NoticeChanged, Ref: t.ref, Before: before.template.ref, Origin: t.origin})
	}
	return s
}

// stale returns the copy at hand for a while longer, if it may be used. A
// store that says "not found" has answered: there is nothing to go on with.
func (l *Library) stale(before *snapshot, err error) *snapshot {
	if before == nil || errors.Is(err, ErrNotFound) {
		return nil
	}
	age := before.template.asOf.age()
	if age > l.options.MaxStale {
		return nil
	}
	l.notify(Notice{Kind: NoticeStale, Ref: before.template.ref, Age: age, Origin: before.template.origin, Err: err})
	return &snapshot{template: before.template, checked: time.Now(), ttl: l.cooldown()}
}

// cooldown is how long a store that failed is left alone.
func (l *Library) cooldown() time.Duration {
	return min(l.options.TTL, max(l.options.TTL/10, time.Second))
}

func (l *Library) notify(n Notice) {
	if l.options.Notify != nil {
		l.options.Notify(n)
	}
}

// stamp is when a store last confirmed what an alias means. The zero stamp is
// for what cannot change.
type stamp struct{ at time.Time }

func (s stamp) age() time.Duration {
	if s.at.IsZero() {
		return 0
	}
	return time.Since(s.at)
}
