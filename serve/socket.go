package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/problem"
)

// socketMessage is what a client sends: one run at a time.
//
//	{"type": "run", "input": {"ticket": "hi"}, "session": "anna"}
//	{"type": "answer", "run": "K3…", "answer": {"approved": true}}
//	{"type": "cancel"}
//
// An answer is for a run that waits, whoever began it, on whatever connection.
// The server sends the run's events as SSE does, as {"id", "event", "data"}.
type socketMessage struct {
	Type string `json:"type"`
	RunRequest
	Run string `json:"run"` // the run that is answered
	AnswerRequest
}

// task is what a message of type run or answer wants.
func (m *socketMessage) task(c *chain.Chain) (task, *problem.Problem) {
	if m.Type == "answer" {
		return resumes(c, m.Run, m.AnswerRequest), m.AnswerRequest.check(m.Run)
	}
	return begins(c, m.RunRequest), m.RunRequest.check()
}

// socketEvent is what the server sends.
type socketEvent struct {
	ID    int             `json:"id,omitempty"` // of the event within its run, from 1
	Event chain.Kind      `json:"event"`
	Data  json.RawMessage `json:"data"`
}

// socket serves one WebSocket.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	c, p := s.chainOf(r)
	if p == nil {
		p = s.receive()
	}
	if p != nil {
		p.Write(w)
		return
	}
	defer s.sockets.Done()
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: hosts(s.o.Origins)})
	if err != nil {
		return // Accept has answered
	}
	defer func() { _ = conn.CloseNow() }()
	defer s.o.Metrics.Stream("websocket")()
	conn.SetReadLimit(s.o.MaxBody)
	t := &talk{s: s, conn: conn, chain: c.Name(), timeout: s.timeout(r), free: make(chan struct{}, 1)}
	t.free <- struct{}{}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	var keeping sync.WaitGroup
	keeping.Go(func() { t.keepAlive(ctx, cancel) })
	defer keeping.Wait()
	defer cancel()
	t.listen(ctx)
}

// receive lets a WebSocket in, which is then one of s.sockets.
func (s *Server) receive() *problem.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return closing()
	}
	s.sockets.Add(1)
	return nil
}

// talk is one connection.
type talk struct {
	s       *Server
	conn    *websocket.Conn
	chain   string // the chain of this name at the time of a run is run
	timeout time.Duration
	free    chan struct{} // holds something while no run goes on, until the server ends
}

// listen obeys the client until it goes away.
func (t *talk) listen(ctx context.Context) {
	var running *live
	var told chan struct{}
	defer func() {
		if running != nil {
			running.part()
			running.cancel() // nobody can come back to a socket
			<-told
		}
	}()
	for {
		_, data, err := t.conn.Read(ctx)
		if err != nil {
			return
		}
		var m socketMessage
		p := decode(data, &m)
		if running != nil && running.over() {
			<-told // it is about to be
			running.part()
			running = nil
		}
		switch {
		case p != nil:
		case m.Type == "cancel" && running != nil:
			running.cancel()
		case m.Type == "cancel": // nothing goes on: what waits for an answer costs nothing
		case m.Type != "run" && m.Type != "answer":
			p = problem.New(http.StatusBadRequest, "bad-message", "type must be run, answer or cancel.")
		case running != nil:
			p = problem.New(http.StatusConflict, "busy", "A run goes on; cancel it or wait for its end.")
		default:
			if running, p = t.begin(ctx, &m); p == nil {
				told = make(chan struct{})
				go t.tell(ctx, running, told)
			}
		}
		if p != nil {
			t.send(ctx, socketEvent{Event: problemEvent, Data: encoded(p)})
		}
	}
}

// begin does what a message wants, from the first event on.
func (t *talk) begin(ctx context.Context, m *socketMessage) (*live, *problem.Problem) {
	c := t.s.Chain(t.chain)
	if c == nil {
		return nil, noChain
	}
	work, p := m.task(c)
	if p != nil {
		return nil, p
	}
	select {
	case <-t.free:
	default:
		return nil, closing()
	}
	l, p := t.s.start(ctx, t.timeout, work)
	if p != nil {
		t.free <- struct{}{}
	}
	return l, p
}

// tell sends a run's events.
func (t *talk) tell(ctx context.Context, l *live, told chan struct{}) {
	defer close(told)
	defer func() { t.free <- struct{}{} }()
	seen := l.earlier
	for {
		events, done, more, err := l.next(seen)
		if err != nil {
			_ = t.conn.Close(websocket.StatusPolicyViolation, "too far behind")
			return
		}
		for _, e := range events {
			seen++
			if !t.send(ctx, socketEvent{ID: seen, Event: e.kind, Data: e.data}) {
				l.cancel()
				return
			}
		}
		if done {
			return
		}
		select {
		case <-more:
		case <-ctx.Done():
			return
		}
	}
}

// send writes one message, and reports whether the client takes it.
func (t *talk) send(ctx context.Context, e socketEvent) bool {
	ctx, cancel := context.WithTimeout(ctx, t.s.limits.write)
	defer cancel()
	return t.conn.Write(ctx, websocket.MessageText, encoded(e)) == nil
}

// keepAlive pings, and ends the connection of a client that does not answer.
// When the server ends, so does the connection, with 1001 after its run.
func (t *talk) keepAlive(ctx context.Context, cancel func()) {
	defer cancel()
	beat := time.NewTicker(t.s.o.Heartbeat)
	defer beat.Stop()
	ending := t.s.ending
	var free <-chan struct{}
	for {
		select {
		case <-ending:
			ending, free = nil, t.free
		case <-free:
			_ = t.conn.Close(websocket.StatusGoingAway, "the server is shutting down") // or it is gone
			return
		case <-beat.C:
			if !t.ping(ctx) {
				return
			}
		case <-t.s.over:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (t *talk) ping(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, t.s.limits.write)
	defer cancel()
	return t.conn.Ping(ctx) == nil
}

func encoded(v any) []byte {
	data, _ := json.Marshal(v) // of our own types, which all have a form
	return data
}
