package templates

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"iter"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// Library resolves references to templates and remembers what it found. A
// version or checksum is kept for ever; an alias, or a bare name, is believed
// for the TTL. It is safe for concurrent use, and what is remembered is found
// without a lock.
//
// When the store cannot be asked, or gives bytes that are not right, the
// Library goes on with, in this order: the copy it has, if no older than
// MaxStale; the second store; the fallback files.
type Library struct {
	options LibraryOptions
	sources []source // the store, then the second, then the fallback
	seed    maphash.Seed
	shards  [64]shard
	entries atomic.Int64
}

// Names yields the names of the store's prompts that begin with prefix, as
// Store.Names does. Nothing of it is remembered.
func (l *Library) Names(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return l.sources[0].store.Names(ctx, prefix)
}

// LibraryOptions are the settings of a [Library]. Nil and zero fields mean
// the defaults told here.
type LibraryOptions struct {
	// TTL is how long an alias is believed without asking: a minute.
	TTL time.Duration

	// Grace is how long past its TTL an alias is still answered at once,
	// while one background request asks again: as long as TTL. Beyond it
	// the caller waits for the answer. Negative: never answer before asking.
	Grace time.Duration

	// MaxStale is how old a copy may be when the store cannot be asked: a
	// day. Negative: stale copies are never used.
	MaxStale time.Duration

	// Timeout bounds one request to one store: 5 seconds.
	Timeout time.Duration

	// Second is asked when the store cannot be, such as a replica bucket in
	// another Region.
	Second Store

	// Fallback holds prompt files, usually an embed.FS, that serve when
	// nothing else can: see [FromFS].
	Fallback fs.FS

	// MaxEntries bounds how many references are remembered: 10,000.
	MaxEntries int

	// Notify hears what the Library met. It is called in the caller's or a
	// background goroutine and must be quick and safe for concurrent use.
	Notify func(Notice)
}

// Origin is where a [Library] got a template.
type Origin string

// The origins. A template that came from no Library has none.
const (
	OriginStore    Origin = "store"
	OriginSecond   Origin = "second"
	OriginFallback Origin = "fallback"
)

// Notice tells of something an operator may want to know.
type Notice struct {
	Kind   NoticeKind
	Ref    Ref           // as served from now on
	Before Ref           // for NoticeChanged: as served until now
	Age    time.Duration // for NoticeStale: since the store last confirmed it
	Origin Origin
	Err    error // what the store answered; nil for NoticeChanged
}

// NoticeKind is what a [Notice] tells of.
type NoticeKind string

// The kinds of notice.
const (
	NoticeChanged    NoticeKind = "changed"    // an alias means another version now
	NoticeStale      NoticeKind = "stale"      // an old copy is served, because of Err
	NoticeElsewhere  NoticeKind = "elsewhere"  // the second store or the fallback serves, because of Err
	NoticeUnresolved NoticeKind = "unresolved" // nothing serves: Resolve fails with Err
)

// source is one place to ask.
type source struct {
	store  Store
	origin Origin
}

// shard is a part of the cache. Readers load the map without a lock; writers
// replace it whole.
type shard struct {
	mu      sync.Mutex
	entries atomic.Pointer[map[Ref]*entry]
}

// NewLibrary returns a Library over store.
func NewLibrary(store Store, o *LibraryOptions) (*Library, error) {
	if store == nil {
		return nil, errors.New("templates: a library needs a store")
	}
	if o == nil {
		o = &LibraryOptions{}
	}
	l := &Library{options: *o, seed: maphash.MakeSeed(), sources: []source{{store, OriginStore}}}
	setDefault(&l.options.TTL, time.Minute)
	setDefault(&l.options.Grace, l.options.TTL)
	setDefault(&l.options.MaxStale, 24*time.Hour)
	setDefault(&l.options.Timeout, 5*time.Second)
	setDefault(&l.options.MaxEntries, 10_000)
	if l.options.TTL < 0 || l.options.Timeout < 0 || l.options.MaxEntries < 0 {
		return nil, errors.New("templates: a library's TTL, Timeout and MaxEntries cannot be negative")
	}
	if o.Second != nil {
		l.sources = append(l.sources, source{o.Second, OriginSecond})
	}
	if o.Fallback != nil {
		l.sources = append(l.sources, source{FromFS(o.Fallback), OriginFallback})
	}
	return l, nil
}

func setDefault[T int | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// Resolve returns the template that ref means now. The same *Template comes
// back as long as that does not change and nobody asks the store again.
// Cancelling ctx ends the wait, not the request, which others may wait for too.
func (l *Library) Resolve(ctx context.Context, ref Ref) (*Template, error) {
	e := l.find(ref)
	if e == nil {
		if err := checkRef(ref); err != nil {
			return nil, err
		}
		e = l.add(ref)
	}
	if s := e.current.Load(); s != nil {
		age := time.Since(s.checked)
		switch {
		case s.pinned || age < s.ttl:
			return s.template, nil
		case age < s.ttl+l.options.Grace:
			l.begin(ctx, e) // in the background: nobody waits for it
			return s.template, nil
		}
	}
	return l.wait(ctx, e)
}

func checkRef(ref Ref) error {
	if err := CheckName(ref.Name); err != nil {
		return fmt.Errorf("prompt reference: %w", err)
	}
	if ref.Alias != "" {
		if err := CheckAlias(ref.Alias); err != nil {
			return fmt.Errorf("prompt reference to %s: %w", ref.Name, err)
		}
		if ref.Pinned() {
			return fmt.Errorf("prompt reference to %s: an alias and a version or checksum exclude each other", ref.Name)
		}
	}
	return nil
}

func (l *Library) shard(ref Ref) *shard {
	return &l.shards[maphash.String(l.seed, ref.Name)%uint64(len(l.shards))]
}

func (l *Library) find(ref Ref) *entry {
	if m := l.shard(ref).entries.Load(); m != nil {
		return (*m)[ref]
	}
	return nil
}

// add returns the entry of ref, new or made by somebody meanwhile. A full
// cache forgets the shard that ref belongs to: entries are cheap to get again.
func (l *Library) add(ref Ref) *entry {
	s := l.shard(ref)
	s.mu.Lock()
	defer s.mu.Unlock()
	next := map[Ref]*entry{}
	if old := s.entries.Load(); old != nil {
		if e := (*old)[ref]; e != nil {
			return e
		}
		if l.entries.Load() >= int64(l.options.MaxEntries) {
			l.entries.Add(-int64(len(*old)))
		} else {
			next = maps.Clone(*old)
		}
	}
	e := &entry{ref: ref}
	next[ref] = e
	s.entries.Store(&next)
	l.entries.Add(1)
	return e
}

// drop forgets an entry that came to nothing, so that references made up by a
// stranger do not fill the cache.
func (l *Library) drop(e *entry) {
	s := l.shard(e.ref)
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.entries.Load()
	if old == nil || (*old)[e.ref] != e {
		return
	}
	next := maps.Clone(*old)
	delete(next, e.ref)
	s.entries.Store(&next)
	l.entries.Add(-1)
}
