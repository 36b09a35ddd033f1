package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causeway-go/causeway/chain"
)

func word(text string) chain.Event {
	return chain.Event{
		Kind: chain.Token, Time: time.Date(2026, 11, 22, 17, 4, 5, 123456000, time.Local),
		RunID: "K3J5Q7W2ZB4N6M8P", Chain: "support", Step: "answer", Text: text, Turn: 1,
	}
}

// asTold is how an event is kept.
func asTold(e chain.Event) string {
	l := newLive("r", func() {}, 0)
	l.tell(e)
	return string(l.events[0].appendJSON(nil))
}

// Events written by hand are the bytes that encoding/json writes.
func FuzzTell(f *testing.F) {
	for _, text := range []string{
		"", " word", "Grüße, 世界 🙂\n", `"quoted" \ back`, "<b>&amp;</b>", "\x00\x1f\x7f\t\r\b\f", "\u2028\u2029\ufffd", "\xff\xc3(", "\xed\xa0\x80", strings.Repeat("a\n", 5000),
	} {
		f.Add(text, "token", "answer", int64(1), 1)
	}
	f.Fuzz(func(t *testing.T, text, kind, step string, nanos int64, turn int) {
		e := word(text)
		e.Kind, e.Step, e.Turn, e.Time = chain.Kind(kind), step, turn, time.Unix(nanos%1e12, nanos%1e9)
		want, err := json.Marshal(e)
		if err != nil {
			t.Skip(err)
		}
		if got := asTold(e); got != string(want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// Nothing of an event is left out, whatever fields it has or will have.
func TestTellLeavesNothingOut(t *testing.T) {
	for field := range reflect.TypeFor[chain.Event]().Fields() {
		if field.Tag.Get("json") == "-" {
			continue
		}
		e := word("a")
		v := reflect.ValueOf(&e).Elem().FieldByIndex(field.Index)
		switch v.Kind() {
		case reflect.String:
			v.SetString("set")
		case reflect.Int, reflect.Int64:
			v.SetInt(5)
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
		case reflect.Map:
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(reflect.ValueOf("key"), reflect.New(v.Type().Elem()).Elem())
		case reflect.Struct: // the time
		default:
			t.Errorf("Event.%s is of a kind that isText knows nothing of", field.Name)
		}
		want, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if got := asTold(e); got != string(want) {
			t.Errorf("Event.%s: got\n%s\nwant\n%s", field.Name, got, want)
		}
	}
}

// From the chain to the connection an event costs one allocation, to wake the
// reader, and none where several are written at once.
func TestAllocationsOfAnEvent(t *testing.T) {
	const n = 2000
	words := chain.Func("out", func(ctx context.Context, _ struct{}) (string, error) {
		for range n {
			chain.Emit(ctx, chain.Event{Kind: chain.Token, Text: " word"})
		}
		return "done", nil
	}, nil)
	c, err := chain.New("words", []chain.Step{words}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := New([]*chain.Chain{c}, nil)
	w := &drain{header: http.Header{}}
	run := func() {
		r := httptest.NewRequest("POST", "/v1/chains/words/runs", strings.NewReader(`{"input":{}}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "text/event-stream")
		w.bytes = 0
		s.ServeHTTP(w, r)
	}
	each := testing.AllocsPerRun(10, run) / n
	if w.bytes < n*100 {
		t.Fatalf("%d bytes were written", w.bytes)
	}
	t.Logf("%.2f allocations, %d bytes on the wire for each event", each, w.bytes/n)
	if each > 2 { // the race detector has half of one of its own
		t.Errorf("%.2f allocations for each event, at most 2 wanted", each)
	}
	l := newLive("r", func() {}, 0)
	event := word(" word")
	if each := testing.AllocsPerRun(1000, func() { l.tell(event) }); each > 0.1 {
		t.Errorf("%.2f allocations to keep an event", each)
	}
}

// drain is the fastest of all readers.
type drain struct {
	header http.Header
	bytes  int
}

func (s *drain) Header() http.Header         { return s.header }
func (s *drain) WriteHeader(int)             {}
func (s *drain) Flush()                      {}
func (s *drain) Write(b []byte) (int, error) { s.bytes += len(b); return len(b), nil }

// Readers that fall behind read what is kept, or are told; never something else.
func TestLaggingReaders(t *testing.T) {
	l := newLive("r", func() {}, 0)
	text := strings.Repeat("a", 10_000)
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			seen := 0
			for {
				events, done, more, err := l.next(seen)
				if err != nil {
					seen = l.count()
					continue
				}
				for _, e := range events {
					var got chain.Event
					if err := json.Unmarshal(e.data, &got); err != nil || got.Turn != seen+1 {
						t.Errorf("event %d is %d: %v", seen+1, got.Turn, err)
						return
					}
					seen++
				}
				if done {
					return
				}
				<-more
			}
		})
	}
	for i := range 2000 {
		e := word(text)
		e.Turn = i + 1
		l.tell(e)
	}
	l.finish(nil)
	readers.Wait()
	if l.size > maxKept || len(l.events) < 200 || l.dropped+len(l.events) != 2000 {
		t.Errorf("%d bytes of %d events are kept, %d dropped", l.size, len(l.events), l.dropped)
	}
}

func BenchmarkTell(b *testing.B) {
	for _, text := range []string{" word", "Grüße\n", "<html>"} {
		b.Run(fmt.Sprintf("%q", text), func(b *testing.B) {
			b.ReportAllocs()
			l := newLive("r", func() {}, 0)
			e := word(text)
			for b.Loop() {
				l.tell(e)
			}
		})
	}
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		l := newLive("r", func() {}, 0)
		e := word(" word")
		for b.Loop() {
			l.add(e.Kind, e)
		}
	})
}
