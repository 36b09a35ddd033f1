package serve

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestMeasure(t *testing.T) {
	digits := strings.Repeat("9", maxNumber)
	for body, want := range map[string]string{
		`{"a":[1,-2.5e+10,"]]]\"[["]}`:                                "",
		`{"a":"` + strings.Repeat("9", 1000) + `e999999"}`:            "",
		strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth): "",
		strings.Repeat("[", maxDepth+1):                               "too-deep",
		strings.Repeat(`{"a":`, maxDepth+1):                           "too-deep",
		digits:                                                        "",
		digits + "9":                                                  "bad-number",
		"1e999":                                                       "",
		"[1e999999]":                                                  "bad-number",
		"[-1E-999999]":                                                "bad-number",
		"[" + strings.Repeat("0,", maxValues-1) + "0]":                "",
		"[" + strings.Repeat("{},", maxValues) + "{}]":                "too-many",
		`{"truee":true}`:                                              "",
		`"\`:                                                          "",
	} {
		code := ""
		if p := measure([]byte(body)); p != nil {
			code = p.Code
		}
		if code != want {
			t.Errorf("%.40s: %q, want %q", body, code, want)
		}
	}
}

// However many answers are kept, by however many keys, they are bounded; and
// keys whose requests did not succeed push out none that did.
func TestRepliesAreBounded(t *testing.T) {
	k := newReplies()
	put := func(i, status, size int) {
		old, mine := k.claim([32]byte{byte(i), byte(i >> 8), byte(i >> 16)}, [32]byte{1})
		if old != nil {
			t.Fatalf("key %d is known", i)
		}
		rec := &recorder{status: status}
		rec.body = *bytes.NewBuffer(make([]byte, size))
		k.settle(mine, rec)
	}
	put(0, http.StatusOK, 10)
	for i := range 2 * maxReplies {
		put(i+1, http.StatusTooManyRequests, 10)
	}
	if old, _ := k.claim([32]byte{}, [32]byte{1}); old == nil || len(k.kept) != 1 {
		t.Errorf("%d kept after a flood of refused requests, the first one %v", len(k.kept), old)
	}
	for i := range 100 {
		put(i+1, http.StatusOK, 1<<20)
	}
	if k.size > maxReplyBytes || len(k.kept) != len(k.order) || len(k.order) != maxReplyBytes>>20 {
		t.Errorf("%d bytes in %d answers (%d in order)", k.size, len(k.kept), len(k.order))
	}
	for i := range maxReplies + 100 {
		put(i+1000, http.StatusOK, 1)
	}
	if len(k.kept) != maxReplies || len(k.order) != maxReplies {
		t.Errorf("%d and %d kept", len(k.kept), len(k.order))
	}
}

// A few may wait for the answer to the first request of their key.
func TestWaitersAreBounded(t *testing.T) {
	k := newReplies()
	_, mine := k.claim([32]byte{1}, [32]byte{1})
	refused := 0
	for range maxAsked + 10 {
		old, _ := k.claim([32]byte{1}, [32]byte{1})
		if k.crowded(old) {
			refused++
		}
	}
	k.settle(mine, &recorder{status: http.StatusOK})
	if old, _ := k.claim([32]byte{1}, [32]byte{1}); refused != 10 || k.crowded(old) {
		t.Errorf("%d were refused, and afterwards %v", refused, k.crowded(old))
	}
}

func TestFeedbackIsBounded(t *testing.T) {
	s := NewInProcessFeedback()
	for i := range 3 * maxRecords {
		score := float64(i)
		if err := s.Add(t.Context(), Feedback{Score: &score}); err != nil {
			t.Fatal(err)
		}
	}
	all := s.All()
	if len(all) != maxRecords || *all[0].Score != 2*maxRecords || *all[maxRecords-1].Score != 3*maxRecords-1 {
		t.Errorf("%d are kept, from %v on", len(all), *all[0].Score)
	}
}

func TestEndedStreamsAreBounded(t *testing.T) {
	g := newLedger()
	add := func(i, size int) {
		l := newLive(fmt.Sprint(i), func() {}, 0)
		l.size = size
		g.open(l)
		g.end(Record{RunID: l.id})
	}
	for i := range 300 {
		add(i, 10)
	}
	if len(g.live) != maxStreams || g.stream("299") == nil || g.stream("0") != nil {
		t.Errorf("%d small streams are kept", len(g.live))
	}
	for i := range 300 {
		add(1000+i, 1<<20)
	}
	if n := len(g.live); n > 64 || n < 60 || n != len(g.ended) || g.stream("1299") == nil {
		t.Errorf("%d large streams are kept, %d in order", n, len(g.ended))
	}
}
