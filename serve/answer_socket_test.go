package serve_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// talker is a client of a WebSocket.
type talker struct {
	t    *testing.T
	conn *websocket.Conn
}

func talkTo(t *testing.T, url string) *talker {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &talker{t, conn}
}

func (c *talker) send(m string) {
	c.t.Helper()
	if err := c.conn.Write(c.t.Context(), websocket.MessageText, []byte(m)); err != nil {
		c.t.Fatal(err)
	}
}

// until reads to the first event of a kind and returns its run and its data.
func (c *talker) until(kind string) (chain.Event, string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, data, err := c.conn.Read(ctx)
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", kind, err)
		}
		var m struct {
			Event string          `json:"event"`
			Data  json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(data, &m); err != nil {
			c.t.Fatal(err)
		}
		if m.Event == kind {
			var e chain.Event
			_ = json.Unmarshal(m.Data, &e) // a problem has other fields
			return e, string(m.Data)
		}
	}
}

func TestSocketAnswers(t *testing.T) {
	wrote := 0
	url, _ := serving(t, &serve.Options{MaxRuns: 1}, publish(t, nil, &wrote))
	c := talkTo(t, url+"/v1/chains/publish/ws")
	for range 50 { // what is refused holds no place, either
		c.send(`{"type":"answer","run":"nope","answer":{"approved":true}}`)
		if _, p := c.until("problem"); !strings.Contains(p, `"no-run"`) {
			t.Fatalf("no such run: %s", p)
		}
	}
	c.send(`{"type":"run","input":{"text":"rain"}}`)
	first, _ := c.until("interrupted")
	c.send(`{"type":"cancel"}`) // nothing goes on, so nothing happens
	c.send(`{"type":"answer","run":"` + first.RunID + `","answer":{"approved":"perhaps"}}`)
	if _, p := c.until("problem"); !strings.Contains(p, `"bad-input"`) {
		t.Errorf("an answer that does not fit: %s", p)
	}
	c.send(`{"type":"answer","run":"` + first.RunID + `"}`)
	if _, p := c.until("problem"); !strings.Contains(p, `"bad-input"`) {
		t.Errorf("no answer: %s", p)
	}
	c.send(`{"type":"answer","run":"` + first.RunID + `","answer":{"approved":true}}`)
	if second, _ := c.until("interrupted"); second.Interrupt == nil || second.Interrupt.Step != "last" || second.RunID != first.RunID {
		t.Errorf("the second question: %+v", second)
	}
	_ = c.conn.CloseNow() // a run that waits outlives its connection
	d := talkTo(t, url+"/v1/chains/publish/ws")
	d.send(`{"type":"answer","run":"` + first.RunID + `","answer":{"approved":false,"reason":"no"}}`)
	if end, _ := d.until("run.finished"); end.Values["sent"] != "about rain true false" {
		t.Errorf("the end: %+v", end)
	}
	d.send(`{"type":"answer","run":"` + first.RunID + `","answer":{"approved":true}}`)
	if _, p := d.until("problem"); !strings.Contains(p, `"not-waiting"`) {
		t.Errorf("an answer to a run that is over: %s", p)
	}
	d.send(`{"type":"run","input":{"text":"snow"}}`)
	d.until("interrupted")
	if wrote != 2 {
		t.Errorf("%d drafts were written for two runs", wrote)
	}
}
