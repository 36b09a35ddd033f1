package dynamomemory_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/dynamomemory"
	"github.com/causeway-go/causeway/memory/memorytest"
)

func open(t *testing.T, d *table, o *dynamomemory.Options) *dynamomemory.Store {
	t.Helper()
	s, err := dynamomemory.New(d, "sessions", o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	for name, o := range map[string]*dynamomemory.Options{
		"Default":    nil,
		"SmallHeads": {HeadBytes: 300},
		"TTL":        {TTL: time.Hour, HeadBytes: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			memorytest.Run(t, func(t *testing.T) memory.Store { return open(t, newTable(t), o) })
		})
	}
}

func said(n int) llms.MessageContent {
	return llms.TextParts(llms.ChatMessageTypeHuman, fmt.Sprintf("message %d", n))
}

func TestAnAppendIsOneRequest(t *testing.T) {
	d := newTable(t)
	s := open(t, d, nil)
	at, err := s.Append(t.Context(), "talk", "", said(0))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		if at, err = s.Append(t.Context(), "talk", at, said(n+1)); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(d.calls, ", "); got != "put head, update head, update head, update head" {
		t.Errorf("four appends made: %s", got)
	}
}

func TestAnswerThatWasLost(t *testing.T) {
	d := newTable(t)
	s := open(t, d, &dynamomemory.Options{HeadBytes: 150})
	at := memory.Revision("")
	for n := range 6 {
		d.lose = 1
		var err error
		if at, err = s.Append(t.Context(), "talk", at, said(n)); err != nil {
			t.Fatalf("append %d: %v", n, err)
		}
	}
	h, err := s.Load(t.Context(), "talk")
	if err != nil || len(h.Messages) != 6 || h.Revision != at {
		t.Errorf("%d messages at %q, %v; want 6 at %q", len(h.Messages), h.Revision, err, at)
	}
}

// TestTTL lets sessions expire: the store forgets them on the second, and a
// session that is kept alive keeps its segments alive.
func TestTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTable(t)
		s := open(t, d, &dynamomemory.Options{TTL: time.Hour, HeadBytes: 200})
		at := memory.Revision("")
		for n := range 40 {
			var err error
			if at, err = s.Append(t.Context(), "talk", at, said(n)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(50 * time.Minute)
			d.expire(time.Now())
		}
		h, err := s.Load(t.Context(), "talk")
		if err != nil || len(h.Messages) != 40 {
			t.Fatalf("kept alive, the session has %d messages, %v; want 40", len(h.Messages), err)
		}
		time.Sleep(10 * time.Minute) // an hour after the last append; DynamoDB has not come round yet
		if h, err := s.Load(t.Context(), "talk"); err != nil || h.Revision != "" {
			t.Errorf("expired, it loads as %+v, %v", h, err)
		}
		for one, err := range s.Sessions(t.Context(), "") {
			t.Errorf("expired, it is listed: %+v, %v", one, err)
		}
		if _, err := s.Append(t.Context(), "talk", "", said(0)); err != nil {
			t.Errorf("begun again: %v", err)
		}
		if h, err := s.Load(t.Context(), "talk"); err != nil || len(h.Messages) != 1 {
			t.Errorf("begun again, it has %d messages, %v", len(h.Messages), err)
		}
		time.Sleep(3 * time.Hour)
		d.expire(time.Now())
		if len(d.items) > 0 {
			t.Errorf("%d items never expired", len(d.items))
		}
	})
}

// expire does what DynamoDB does, if late.
func (d *table) expire(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k, i := range d.items {
		if e := num(i["expires"]); e != 0 && e < now.Unix() {
			delete(d.items, k)
		}
	}
}

func TestDeleteAndReplaceLeaveNothing(t *testing.T) {
	d := newTable(t)
	s := open(t, d, &dynamomemory.Options{HeadBytes: 200})
	at := memory.Revision("")
	var err error
	for n := range 30 {
		if at, err = s.Append(t.Context(), "talk", at, said(n)); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.items) < 5 {
		t.Fatalf("%d items; the heads did not spill", len(d.items))
	}
	if at, err = s.Replace(t.Context(), "talk", at, []llms.MessageContent{said(0)}); err != nil || len(d.items) != 1 {
		t.Errorf("replaced, there are %d items, %v; want the head alone", len(d.items), err)
	}
	big := llms.TextParts(llms.ChatMessageTypeHuman, strings.Repeat("0123456789", 100_000))
	if _, err := s.Append(t.Context(), "talk", at, big); err != nil || len(d.items) != 4 {
		t.Errorf("a megabyte is in %d items, %v; want the head and three chunks", len(d.items), err)
	}
	if err := s.Delete(t.Context(), "talk"); err != nil || len(d.items) != 0 {
		t.Errorf("deleted, there are %d items, %v", len(d.items), err)
	}
}

func TestDamage(t *testing.T) {
	d := newTable(t)
	s := open(t, d, &dynamomemory.Options{HeadBytes: 10})
	if _, err := s.Append(t.Context(), "talk", "", said(0)); err != nil {
		t.Fatal(err)
	}
	var segment [2]string
	for k := range d.items {
		if k[1] != "head" {
			segment = k
		}
	}
	whole := d.items[segment]
	d.items[segment] = item{"messages": &types.AttributeValueMemberB{Value: []byte("[]")}}
	if _, err := s.Load(t.Context(), "talk"); !errors.Is(err, memory.ErrCorrupt) {
		t.Errorf("a changed segment: %v", err)
	}
	delete(d.items, segment)
	if _, err := s.Load(t.Context(), "talk"); !errors.Is(err, memory.ErrCorrupt) {
		t.Errorf("a missing segment: %v", err)
	}
	d.items[segment] = whole
	if _, err := s.Load(t.Context(), "talk"); err != nil {
		t.Errorf("restored: %v", err)
	}
	d.items[[2]string{"talk", "head"}] = item{"id": &types.AttributeValueMemberS{Value: "x"}}
	if _, err := s.Load(t.Context(), "talk"); !errors.Is(err, memory.ErrCorrupt) {
		t.Errorf("a head of somebody else: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := dynamomemory.New(nil, "t", nil); err == nil {
		t.Error("no client is taken")
	}
	if _, err := dynamomemory.New(newTable(t), "", nil); err == nil {
		t.Error("no table is taken")
	}
	if in := dynamomemory.Table("t"); *in.TableName != "t" || len(in.KeySchema) != 2 {
		t.Errorf("the table is %+v", in)
	}
}
