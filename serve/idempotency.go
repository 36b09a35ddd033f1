package serve

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/causeway-go/causeway/serve/problem"
)

// replies remembers answers by Idempotency-Key, so that a client that did not
// hear the first may ask again and pays once. Answers that say "later" (429 and
// 5xx) are not kept: asking again is right then. Keys are of one caller:
// the Authorization header counts with them.
type replies struct {
	mu    sync.Mutex
	kept  map[[32]byte]*reply
	order []*reply // that are settled, oldest first
	size  int      // bytes of their bodies
}

type reply struct {
	id, of [32]byte // the key and the request
	done   chan struct{}
	status int
	header http.Header
	body   []byte
	at     time.Time
	asked  int // again while the first goes on
}

// Bounds of what is remembered, and of who waits for one first request.
const (
	maxAsked      = 32
	maxReplies    = 10_000
	maxReplyBytes = 64 << 20
	replyLife     = 24 * time.Hour
)

func newReplies() *replies { return &replies{kept: map[[32]byte]*reply{}} }

// once answers with do, or with what do answered before under the same key. Q
// is what the request asks.
func (k *replies) once(w http.ResponseWriter, r *http.Request, q any, do func(http.ResponseWriter)) {
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		do(w)
		return
	}
	if len(key) > maxName {
		problem.New(http.StatusBadRequest, "bad-key", "Idempotency-Key is longer than 256 bytes.").Write(w)
		return
	}
	id, request := fingerprints(r, key, q)
	old, mine := k.claim(id, request)
	if old == nil {
		k.first(mine, do).replay(w)
		return
	}
	if old.of != request {
		problem.New(http.StatusUnprocessableEntity, "key-reused", "This Idempotency-Key came with another request before.").Write(w)
		return
	}
	if k.crowded(old) {
		problem.New(http.StatusConflict, "in-progress", "The first request of this Idempotency-Key goes on, and many wait for it.").RetryAfter(1).Write(w)
		return
	}
	select {
	case <-old.done:
		if old.status == 0 {
			problem.New(http.StatusConflict, "first-failed", "The first request of this Idempotency-Key did not succeed; ask again.").RetryAfter(1).Write(w)
			return
		}
		w.Header().Set("Idempotent-Replayed", "true")
		(&recorder{header: old.header, status: old.status, body: *bytes.NewBuffer(old.body)}).replay(w)
	case <-r.Context().Done():
	}
}

// crowded counts who asks again before there is an answer, and reports whether
// they are too many.
func (k *replies) crowded(old *reply) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !old.at.IsZero() {
		return false
	}
	old.asked++
	return old.asked > maxAsked
}

// first answers a request whose key is new, for those that come again.
func (k *replies) first(mine *reply, do func(http.ResponseWriter)) *recorder {
	rec := &recorder{header: http.Header{}}
	defer func() { k.settle(mine, rec) }()
	do(rec)
	return rec
}

// fingerprints identify the key with its caller, and the request.
func fingerprints(r *http.Request, key string, q any) (id, request [32]byte) {
	body, _ := json.Marshal(q) // it was decoded from JSON
	id = sha256.Sum256([]byte(r.Header.Get("Authorization") + "\x00" + key))
	request = sha256.Sum256([]byte(r.URL.Path + "\x00" + string(body)))
	return id, request
}

// claim returns the reply of an earlier request, or a new one to settle.
func (k *replies) claim(id, request [32]byte) (old, mine *reply) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.trim(0)
	if old = k.kept[id]; old != nil {
		return old, nil
	}
	mine = &reply{id: id, of: request, done: make(chan struct{})}
	k.kept[id] = mine
	return nil, mine
}

// settle keeps what was answered, or forgets the key when asking again is right.
func (k *replies) settle(mine *reply, rec *recorder) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if rec.status == 0 || rec.status == http.StatusTooManyRequests || rec.status >= 499 {
		delete(k.kept, mine.id)
	} else {
		mine.status, mine.header, mine.body, mine.at = rec.status, rec.header, rec.body.Bytes(), time.Now()
		k.trim(len(mine.body))
		k.order = append(k.order, mine)
		k.size += len(mine.body)
	}
	close(mine.done)
}

// trim forgets what is too old, and the oldest where one more would be too much.
func (k *replies) trim(size int) {
	for len(k.order) > 0 {
		first := k.order[0]
		if time.Since(first.at) < replyLife && len(k.order) < maxReplies && k.size+size <= maxReplyBytes {
			return
		}
		delete(k.kept, first.id)
		k.order[0], k.order = nil, k.order[1:]
		k.size -= len(first.body)
	}
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

func (r *recorder) replay(w http.ResponseWriter) {
	maps.Copy(w.Header(), r.header)
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes()) // the client is gone: nobody is left to tell
}
