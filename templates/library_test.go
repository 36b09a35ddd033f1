package templates_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/storetest"
)

// shaky is a store that can be made to fail, to hang and to count.
type shaky struct {
	templates.Store
	down  atomic.Pointer[error]
	delay atomic.Int64
	stats atomic.Int32
	gets  atomic.Int32
}

func (s *shaky) Get(ctx context.Context, ref templates.Ref) ([]byte, templates.Version, error) {
	s.gets.Add(1)
	if err := s.meet(ctx); err != nil {
		return nil, templates.Version{}, err
	}
	return s.Store.Get(ctx, ref)
}

func (s *shaky) Stat(ctx context.Context, ref templates.Ref) (templates.Version, error) {
	s.stats.Add(1)
	if err := s.meet(ctx); err != nil {
		return templates.Version{}, err
	}
	return templates.Stat(ctx, s.Store, ref)
}

func (s *shaky) meet(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(s.delay.Load())):
	}
	if err := s.down.Load(); err != nil {
		return *err
	}
	return nil
}

// world is a library over a shaky store that holds two versions of "a", with
// production at the first.
type world struct {
	*testing.T
	store   *shaky
	library *templates.Library
	mu      sync.Mutex
	notices []templates.Notice
}

func newWorld(t *testing.T, o templates.LibraryOptions) *world {
	w := &world{T: t, store: &shaky{Store: templates.NewInProcess()}}
	for _, text := range []string{"one", "two"} {
		if _, err := w.store.Publish(t.Context(), "a", storetest.Body("a", text), nil); err != nil {
			t.Fatal(err)
		}
	}
	w.promote(1)
	o.Notify = func(n templates.Notice) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.notices = append(w.notices, n)
	}
	var err error
	if w.library, err = templates.NewLibrary(w.store, &o); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) promote(version int) {
	w.Helper()
	if _, err := w.store.SetAlias(w.Context(), "a", "production", version, nil); err != nil {
		w.Fatal(err)
	}
}

func (w *world) fail(err error) { w.store.down.Store(&err) }

// want resolves ref and checks what comes.
func (w *world) want(ref string, version int, origin templates.Origin, age time.Duration) {
	w.Helper()
	r, err := templates.ParseRef(ref)
	if err != nil {
		w.Fatal(err)
	}
	tmpl, err := w.library.Resolve(w.Context(), r)
	if err != nil {
		w.Fatalf("%s: %v", ref, err)
	}
	p, err := tmpl.Render(nil)
	if err != nil {
		w.Fatal(err)
	}
	if p.Ref.Version != version || p.Origin != origin || p.Age != age || p.Ref.Alias != r.Alias || len(p.Ref.SHA256) != 64 {
		w.Errorf("%s: version %d from %s, %v old; want version %d from %s, %v old", ref, p.Ref.Version, p.Origin, p.Age, version, origin, age)
	}
}

func (w *world) kinds() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var kinds []templates.NoticeKind
	for _, n := range w.notices {
		kinds = append(kinds, n.Kind)
	}
	return fmt.Sprint(kinds)
}

func TestLibraryFollowsAnAlias(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, templates.LibraryOptions{})
		w.store.delay.Store(int64(time.Second))
		w.want("a@production", 1, templates.OriginStore, time.Second)
		w.promote(2)
		time.Sleep(50 * time.Second)
		w.want("a@production", 1, templates.OriginStore, 51*time.Second) // within the TTL
		time.Sleep(20 * time.Second)
		w.want("a@production", 1, templates.OriginStore, 71*time.Second) // within the grace: at once, and asks
		synctest.Wait()
		time.Sleep(3 * time.Second)
		w.want("a@production", 2, templates.OriginStore, 3*time.Second)
		if got := w.kinds(); got != "[changed]" {
			t.Errorf("notices %s", got)
		}
		w.promote(1)
		time.Sleep(10 * time.Minute)
		w.want("a@production", 1, templates.OriginStore, 2*time.Second) // past the grace: waits
	})
}

func TestLibraryKeepsPinnedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, templates.LibraryOptions{})
		_, v, err := w.store.Get(t.Context(), templates.Ref{Name: "a", Version: 2})
		if err != nil {
			t.Fatal(err)
		}
		w.want("a@1", 1, templates.OriginStore, 0)
		w.want("a@sha256:"+v.SHA256, 2, templates.OriginStore, 0)
		w.fail(errors.New("down"))
		time.Sleep(1000 * time.Hour)
		w.want("a@1", 1, templates.OriginStore, 0)
		w.want("a@sha256:"+v.SHA256, 2, templates.OriginStore, 0)
		if got := w.kinds(); got != "[]" {
			t.Errorf("notices %s", got)
		}
	})
}

// TestLibraryAsksOnce: 512 callers, one request.
func TestLibraryAsksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, templates.LibraryOptions{})
		w.store.delay.Store(int64(time.Second))
		w.store.gets.Store(0)
		var wg sync.WaitGroup
		for range 512 {
			wg.Go(func() { w.want("a@production", 1, templates.OriginStore, time.Second) })
		}
		wg.Wait()
		time.Sleep(90 * time.Second)
		for range 512 {
			wg.Go(func() { w.want("a@production", 1, templates.OriginStore, 91*time.Second) })
		}
		wg.Wait()
		time.Sleep(2 * time.Second)
		if gets, stats := w.store.gets.Load(), w.store.stats.Load(); gets != 1 || stats != 1 {
			t.Errorf("%d reads and %d checks, want 1 and 1", gets, stats)
		}
	})
}

func TestLibraryGoesOnWithoutTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := templates.NewInProcess()
		for _, text := range []string{"other", "one"} {
			if _, err := second.Publish(t.Context(), "a", storetest.Body("a", text), nil); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := second.SetAlias(t.Context(), "a", "production", 2, nil); err != nil {
			t.Fatal(err)
		}
		replica := &shaky{Store: second}
		w := newWorld(t, templates.LibraryOptions{
			MaxStale: time.Hour, Second: replica,
			Fallback: fstest.MapFS{"a.yaml": {Data: storetest.Body("a", "embedded")}},
		})
		w.want("a@production", 1, templates.OriginStore, 0)
		w.fail(errors.New("down"))
		time.Sleep(30 * time.Minute)
		w.want("a@production", 1, templates.OriginStore, 30*time.Minute) // the copy at hand
		if got := w.kinds(); got != "[stale]" {
			t.Errorf("notices %s", got)
		}
		time.Sleep(40 * time.Minute)
		w.want("a@production", 2, templates.OriginSecond, 0) // too old by now
		broken := errors.New("down too")
		replica.down.Store(&broken)
		time.Sleep(2 * time.Hour)
		w.want("a@production", 1, templates.OriginFallback, 0)
		w.store.down.Store(nil)
		time.Sleep(time.Hour)
		w.want("a@production", 1, templates.OriginStore, 0)
	})
}

func TestLibraryStartsWithoutTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, templates.LibraryOptions{Fallback: fstest.MapFS{"a.yaml": {Data: storetest.Body("a", "embedded")}}})
		w.store.delay.Store(int64(time.Hour)) // hangs
		begin := time.Now()
		w.want("a@production", 1, templates.OriginFallback, 0)
		if took := time.Since(begin); took != 5*time.Second {
			t.Errorf("waited %v for a store that hangs, want 5s", took)
		}
		if _, err := w.library.Resolve(t.Context(), templates.Ref{Name: "a", Version: 2}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("version 2, which the fallback has not: %v, want the store's error", err)
		}
	})
}

// TestLibraryBelievesNotFound: a prompt that was taken away is not served
// from memory.
func TestLibraryBelievesNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, templates.LibraryOptions{Second: templates.NewInProcess()})
		w.want("a@production", 1, templates.OriginStore, 0)
		w.promote(0)
		time.Sleep(time.Hour)
		if _, err := w.library.Resolve(t.Context(), templates.Ref{Name: "a", Alias: "production"}); !errors.Is(err, templates.ErrNotFound) {
			t.Errorf("error %v, want ErrNotFound", err)
		}
		if got := w.kinds(); got != "[unresolved]" {
			t.Errorf("notices %s", got)
		}
	})
}

// TestLibraryRefusesTampering: bytes that are not right are as good as none.
func TestLibraryRefusesTampering(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, templates.LibraryOptions{})
		w.want("a@production", 1, templates.OriginStore, 0)
		w.fail(fmt.Errorf("version 2: %w", templates.ErrIntegrity))
		time.Sleep(time.Hour)
		w.want("a@production", 1, templates.OriginStore, time.Hour)
		if got := w.kinds(); got != "[stale]" {
			t.Errorf("notices %s", got)
		}
	})
}

func TestLibraryReloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, templates.LibraryOptions{TTL: time.Hour})
		w.want("a@production", 1, templates.OriginStore, 0)
		w.promote(2)
		if err := w.library.Refresh(t.Context(), "other"); err != nil {
			t.Fatal(err)
		}
		w.want("a@production", 1, templates.OriginStore, 0)
		if err := w.library.Refresh(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		w.want("a@production", 2, templates.OriginStore, 0)

		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.library.Watch(ctx, time.Minute) }()
		w.promote(1)
		time.Sleep(61 * time.Second)
		w.want("a@production", 1, templates.OriginStore, time.Second)
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Watch ended with %v", err)
		}
	})
}

// TestLibraryWaitsNoLongerThanItsCaller: a cancelled caller leaves, others
// still get their answer, and no goroutine stays (synctest would see it).
func TestLibraryWaitsNoLongerThanItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, templates.LibraryOptions{})
		w.store.delay.Store(int64(3 * time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() { w.want("a@production", 1, templates.OriginStore, 3*time.Second) })
		begin := time.Now()
		_, err := w.library.Resolve(ctx, templates.Ref{Name: "a", Alias: "production"})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("left after %v with %v", time.Since(begin), err)
		}
		wg.Wait()
	})
}

func TestLibraryForgets(t *testing.T) {
	w := newWorld(t, templates.LibraryOptions{MaxEntries: 3})
	for i := range 50 {
		if _, err := w.library.Resolve(t.Context(), templates.Ref{Name: fmt.Sprint("nothing-", i)}); !errors.Is(err, templates.ErrNotFound) {
			t.Fatal(err)
		}
	}
	w.want("a@1", 1, templates.OriginStore, 0)
	w.want("a@2", 2, templates.OriginStore, 0)
	for i := range 50 {
		ref := templates.Ref{Name: "a", SHA256: fmt.Sprintf("%08x", i)}
		if _, err := w.library.Resolve(t.Context(), ref); !errors.Is(err, templates.ErrNotFound) {
			t.Fatal(err)
		}
	}
	w.want("a@1", 1, templates.OriginStore, 0)
}

func TestLibraryRefusesBrokenRefs(t *testing.T) {
	w := newWorld(t, templates.LibraryOptions{})
	for _, ref := range []templates.Ref{{}, {Name: "../a"}, {Name: "a", Alias: "7"}, {Name: "a", Alias: "production", Version: 1}} {
		if _, err := w.library.Resolve(t.Context(), ref); err == nil {
			t.Errorf("%+v: no error", ref)
		}
	}
}
