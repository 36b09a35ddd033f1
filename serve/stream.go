package serve

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/problem"
)

// start does a task in the background and keeps its events for readers. It
// returns when the work has begun, or the problem why it has not. The run
// outlives the request that began it by Options.ResumeWindow at most.
func (s *Server) start(parent context.Context, timeout time.Duration, t task) (*live, *problem.Problem) {
	if p := s.enter(); p != nil {
		return nil, p
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(parent), timeout)
	l := newLive(t.o.RunID, cancel, s.o.ResumeWindow)
	l.join() // the caller reads
	begun := make(chan *problem.Problem, 1)
	over := s.runs.begin(cancel)
	go func() {
		defer s.working.Done()
		defer cancel()
		last, refused := s.record(ctx, l, t, begun)
		over()
		<-s.slots // whoever hears the end may ask again at once
		if refused != nil {
			begun <- refused
			return
		}
		l.finish(last)
	}()
	select {
	case p := <-begun:
		if p != nil {
			return nil, p
		}
		return l, nil
	case <-parent.Done():
		cancel()
		return nil, problem.Of(parent.Err(), t.o.RunID)
	}
}

// follow does a task and tells hear of its events, tokens included. It returns
// what the run came to, nil where it did not begin, and what went wrong.
func (s *Server) follow(ctx context.Context, t task, hear func(chain.Event)) (*chain.Result, *problem.Problem) {
	t.o.Streamed = true
	t.o.Events = func(e chain.Event) {
		s.o.Metrics.Event(e)
		hear(mute(e))
	}
	result, err := t.run(ctx)
	return result, s.ended(t, result, err)
}

// mute takes the words of errors from an event: they are the log's. What a
// client may know of a failure is in the problem that follows, and of one that
// is tried again in its class.
func mute(e chain.Event) chain.Event {
	if e.Error != "" {
		e.Error = "failed"
	}
	if e.Retry != nil && e.Retry.Error != "" {
		quiet := *e.Retry
		quiet.Error = ""
		e.Retry = &quiet
	}
	return e
}

// record does a task and adds its events to l. It returns the last, which are
// told when nothing is left to do, or why there are none. Begun hears nil at
// the first.
func (s *Server) record(ctx context.Context, l *live, t task, begun chan<- *problem.Problem) (last []stored, refused *problem.Problem) {
	open := false
	_, p := s.follow(ctx, t, func(event chain.Event) {
		if !open {
			open = true
			s.runs.open(l)
			begun <- nil
		}
		if event.Result != nil {
			last = append(last, l.encode(event.Kind, event))
			return
		}
		l.tell(event)
	})
	if !open {
		return nil, p
	}
	if p != nil {
		last = append(last, l.encode(problemEvent, p))
	}
	return last, nil
}

// problemEvent ends the stream of a run that failed; its data is a Problem.
const problemEvent chain.Kind = "problem"

// streamRun does a task and streams its events.
func (s *Server) streamRun(w http.ResponseWriter, r *http.Request, t task) {
	l, p := s.start(r.Context(), s.timeout(r), t)
	if p != nil {
		p.Write(w)
		return
	}
	w.Header().Set("Location", "/v1/runs/"+l.id+"/events")
	s.read(w, r, l, l.earlier)
}

// streamer is the writer of an endpoint, which may leave a stream to be written
// when it has returned: streams wait long, and there are many, and without what
// found and began them their stacks are half as large.
type streamer struct {
	http.ResponseWriter
	stream func()
}

func (s *streamer) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// read has a reader, who has joined l, read on after event number seen.
func (s *Server) read(w http.ResponseWriter, r *http.Request, l *live, seen int) {
	stream := func() {
		defer l.part()
		s.sse(w, r, l, seen)
	}
	if out, ok := w.(*streamer); ok {
		out.stream = stream
		return
	}
	stream()
}

// getEvents streams a run again, from the event after Last-Event-ID.
func (s *Server) getEvents(w http.ResponseWriter, r *http.Request) {
	l := s.runs.stream(r.PathValue("id"))
	if l == nil {
		problem.New(http.StatusNotFound, "no-run", "There is no streamed run of this id, or it ended too long ago.").Write(w)
		return
	}
	seen := 0
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		n, err := strconv.ParseUint(last, 10, 31)
		if err != nil {
			problem.New(http.StatusBadRequest, "bad-event-id", "Last-Event-ID must be the id of an event of this run.").Write(w)
			return
		}
		seen = int(n)
	}
	if seen > l.count() {
		problem.New(http.StatusBadRequest, "bad-event-id", "Last-Event-ID must be the id of an event of this run.").Write(w)
		return
	}
	if l.told(seen) {
		w.WriteHeader(http.StatusNoContent) // by this an EventSource knows that it need not ask again
		return
	}
	if l.lagged(seen) {
		problem.New(http.StatusGone, "lagged", "The events after this one are no longer kept.").Write(w)
		return
	}
	l.join()
	s.read(w, r, l, seen)
}

// sse writes events until there are no more or the client goes away. Event ids
// count from 1 in every run, and on when an answer has it go on: a run has one
// sequence of events, as long as this server has those before the question.
func (s *Server) sse(w http.ResponseWriter, r *http.Request, l *live, seen int) {
	out := http.NewResponseController(w)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	defer s.o.Metrics.Stream("sse")()
	beat := time.NewTicker(s.o.Heartbeat)
	defer beat.Stop()
	var buf []byte
	for {
		var done bool
		var more <-chan struct{}
		var err error
		if buf, seen, done, more, err = l.frames(buf[:0], seen); err != nil {
			return // too far behind: the client sees the stream end, and may ask what is left
		}
		if len(buf) > 0 {
			if _, err := w.Write(buf); err != nil {
				return
			}
		}
		if more == nil {
			continue
		}
		if err := out.Flush(); err != nil || done {
			return
		}
		select {
		case <-more:
		case <-beat.C:
			if _, err := w.Write([]byte(": still here\n\n")); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

// appendEvent writes one event by the WHATWG's rules. JSON has no line breaks
// of its own, so data is one line.
func appendEvent(buf []byte, id int, e *stored) []byte {
	buf = append(buf, "id: "...)
	buf = strconv.AppendInt(buf, int64(id), 10)
	buf = append(buf, "\nevent: "...)
	buf = append(buf, e.kind()...)
	buf = append(buf, "\ndata: "...)
	buf = e.appendJSON(buf)
	return append(buf, "\n\n"...)
}
