package s3store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/johannesboyne/gofakes3"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/storetest"
)

var errLost = errors.New("connection reset by peer")

// loseAnswers lets every write through and loses the answer to the first try
// of each: the client's retry then meets what it wrote itself.
func loseAnswers() middle {
	var mu sync.Mutex
	tried := map[string]bool{}
	return func(r *http.Request, send func(*http.Request) *http.Response) (*http.Response, error) {
		response := send(r)
		id := r.URL.Path + r.Header.Get("If-Match")
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodPut && !tried[id] {
			tried[id] = true
			return nil, errLost
		}
		return response, nil
	}
}

func TestLostAnswers(t *testing.T) {
	synctest.Test(t, lostAnswers)
}

func lostAnswers(t *testing.T) {
	srv := serve(t)
	store := srv.open(t, loseAnswers())
	for i := range 3 {
		v, err := store.Publish(t.Context(), "a", storetest.Body("a", fmt.Sprint(i)), &templates.PublishOptions{Author: "ada"})
		if err != nil || v.Number != i+1 || v.Existed {
			t.Fatalf("published %+v, %v; want version %d", v, err, i+1)
		}
		a, err := store.SetAlias(t.Context(), "a", "production", v.Number, nil)
		if err != nil || a.Generation != i+1 || a.Previous != i {
			t.Fatalf("promoted %+v, %v; want generation %d", a, err, i+1)
		}
	}
	entries := 0
	for e, err := range store.Log(t.Context(), "a") {
		if err != nil || e.Outcome != templates.OutcomeDone {
			t.Errorf("log entry %+v, %v", e, err)
		}
		entries++
	}
	if entries != 6 {
		t.Errorf("%d log entries, want 6", entries)
	}
}

// TestLostForGood: not even the retry is answered, and the writer must find
// out by reading.
func TestLostForGood(t *testing.T) {
	synctest.Test(t, lostForGood)
}

func lostForGood(t *testing.T) {
	srv := serve(t)
	var lose atomic.Bool
	store := srv.open(t, func(r *http.Request, send func(*http.Request) *http.Response) (*http.Response, error) {
		response := send(r)
		if r.Method == http.MethodPut && lose.Load() && !strings.Contains(r.URL.Path, "/log/") {
			return nil, errLost
		}
		return response, nil
	})
	if _, err := store.Publish(t.Context(), "a", storetest.Body("a", "0"), nil); err != nil {
		t.Fatal(err)
	}
	lose.Store(true)
	v, err := store.Publish(t.Context(), "a", storetest.Body("a", "1"), nil)
	if err != nil || v.Number != 2 {
		t.Errorf("published %+v, %v; want version 2", v, err)
	}
	a, err := store.SetAlias(t.Context(), "a", "production", 2, nil)
	if err != nil || a.Version != 2 || a.Generation != 1 {
		t.Errorf("promoted %+v, %v", a, err)
	}
}

// TestNeverWritten: the write itself fails, and nothing may claim it did not.
func TestNeverWritten(t *testing.T) {
	synctest.Test(t, neverWritten)
}

func neverWritten(t *testing.T) {
	srv := serve(t)
	var fail atomic.Bool
	store := srv.open(t, func(r *http.Request, send func(*http.Request) *http.Response) (*http.Response, error) {
		if r.Method == http.MethodPut && fail.Load() && !strings.Contains(r.URL.Path, "/log/") {
			return nil, errLost
		}
		return send(r), nil
	})
	if _, err := store.Publish(t.Context(), "a", storetest.Body("a", "0"), nil); err != nil {
		t.Fatal(err)
	}
	fail.Store(true)
	if v, err := store.Publish(t.Context(), "a", storetest.Body("a", "1"), nil); err == nil {
		t.Errorf("published %+v", v)
	}
	if a, err := store.SetAlias(t.Context(), "a", "production", 1, nil); err == nil {
		t.Errorf("promoted %+v", a)
	}
	fail.Store(false)
	if v, err := store.Publish(t.Context(), "a", storetest.Body("a", "1"), nil); err != nil || v.Number != 2 || v.Existed {
		t.Errorf("published %+v, %v; want version 2", v, err)
	}
	failed := 0
	for e, err := range store.Log(t.Context(), "a") {
		if err == nil && e.Outcome == templates.OutcomeFailed {
			failed++
		}
	}
	if failed != 2 {
		t.Errorf("the log tells of %d failures, want 2", failed)
	}
}

// TestConflictAnswers: S3 answers 409 when two conditional writes of a key
// cross; the write has to be tried again, and is no failure.
func TestConflictAnswers(t *testing.T) {
	srv := serve(t)
	var conflicts atomic.Int32
	store := srv.open(t, func(r *http.Request, send func(*http.Request) *http.Response) (*http.Response, error) {
		if r.Method == http.MethodPut && !strings.Contains(r.URL.Path, "/log/") && conflicts.Add(1)%2 == 1 {
			return answer(http.StatusConflict, "ConditionalRequestConflict", nil), nil
		}
		return send(r), nil
	})
	v, err := store.Publish(t.Context(), "a", storetest.Body("a", "0"), nil)
	if err != nil || v.Number != 1 || v.Existed {
		t.Errorf("published %+v, %v", v, err)
	}
	if _, err := store.SetAlias(t.Context(), "a", "production", 1, nil); err != nil {
		t.Error(err)
	}
}

func answer(status int, code string, header http.Header) *http.Response {
	if header == nil {
		header = http.Header{}
	}
	body := fmt.Sprintf("<Error><Code>%s</Code><Message>as the test wants</Message></Error>", code)
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// TestServerWithoutConditions: nothing is published to a server that lets
// every write win.
func TestServerWithoutConditions(t *testing.T) {
	for _, header := range []string{"If-None-Match", "If-Match"} {
		srv := serve(t)
		store := srv.open(t, func(r *http.Request, send func(*http.Request) *http.Response) (*http.Response, error) {
			r.Header.Del(header)
			return send(r), nil
		})
		_, err := store.Publish(t.Context(), "a", storetest.Body("a", "0"), nil)
		if err == nil || !strings.Contains(err.Error(), "ignores "+header) {
			t.Errorf("%s: %v, want a refusal", header, err)
		}
		if _, _, err := store.Get(t.Context(), templates.Ref{Name: "a"}); !errors.Is(err, templates.ErrNotFound) {
			t.Errorf("%s: something was published: %v", header, err)
		}
	}
}

// TestTampered: bytes that are not those published are refused.
func TestTampered(t *testing.T) {
	srv := serve(t)
	store := srv.open(t, nil)
	v, err := store.Publish(t.Context(), "a", storetest.Body("a", "good"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.SetAlias(t.Context(), "a", "production", 1, nil); err != nil {
		t.Fatal(err)
	}
	evil := storetest.Body("a", "evil")
	put := func(meta map[string]string) {
		t.Helper()
		if _, err := srv.backend.PutObject("prompts", "team/causeway/prompts/a/versions/000001.yaml", meta, bytes.NewReader(evil), int64(len(evil)), &gofakes3.PutConditions{}); err != nil {
			t.Fatal(err)
		}
	}
	put(map[string]string{"X-Amz-Meta-Sha256": v.SHA256})
	for _, ref := range []templates.Ref{{Name: "a"}, {Name: "a", Version: 1}, {Name: "a", Alias: "production"}} {
		if _, _, err := store.Get(t.Context(), ref); !errors.Is(err, templates.ErrIntegrity) {
			t.Errorf("%s with other bytes: %v, want ErrIntegrity", ref, err)
		}
	}
	put(map[string]string{"X-Amz-Meta-Sha256": templates.SHA256(evil)}) // and its description made to fit
	if _, _, err := store.Get(t.Context(), templates.Ref{Name: "a", Alias: "production"}); !errors.Is(err, templates.ErrIntegrity) {
		t.Errorf("with other bytes and another sha256: %v, want ErrIntegrity: the alias knows better", err)
	}
	if _, err := srv.backend.DeleteObject("prompts", "team/causeway/prompts/a/versions/000001.yaml"); err != nil {
		t.Fatal(err)
	}
	put(map[string]string{})
	if _, _, err := store.Get(t.Context(), templates.Ref{Name: "a"}); !errors.Is(err, templates.ErrIntegrity) {
		t.Errorf("without a sha256: %v, want ErrIntegrity", err)
	}
}

// TestDeleted: an object that somebody deleted.
func TestDeleted(t *testing.T) {
	srv := serve(t)
	store := srv.open(t, nil)
	for i := range 3 {
		if _, err := store.Publish(t.Context(), "a", storetest.Body("a", fmt.Sprint(i)), nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.SetAlias(t.Context(), "a", "production", 3, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := srv.backend.DeleteObject("prompts", "team/causeway/prompts/a/versions/000003.yaml"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Get(t.Context(), templates.Ref{Name: "a", Alias: "production"}); !errors.Is(err, templates.ErrIntegrity) || errors.Is(err, templates.ErrNotFound) {
		t.Errorf("an alias of it: %v, want ErrIntegrity, so that a cached copy goes on", err)
	}
	if _, v, err := store.Get(t.Context(), templates.Ref{Name: "a"}); err != nil || v.Number != 2 {
		t.Errorf("the newest is %d, %v; want 2", v.Number, err)
	}
	if _, err := store.SetAlias(t.Context(), "a", "production", 3, nil); !errors.Is(err, templates.ErrNotFound) {
		t.Errorf("promoting it: %v, want ErrNotFound", err)
	}
	if orphans, err := templates.Orphans(t.Context(), store, "a"); err != nil || len(orphans) != 2 {
		t.Errorf("orphans %v, %v", orphans, err)
	}
}
