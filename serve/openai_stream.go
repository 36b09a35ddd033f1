package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/problem"
)

// streamChat answers with the reply as it is written. A client that goes away
// cancels the run at once: nobody can come back to a chat completion.
func (s *Server) streamChat(w http.ResponseWriter, r *http.Request, m chatModel, t task, usage bool) {
	w.Header().Set("X-Request-Id", t.o.RunID)
	if p := s.enter(); p != nil {
		p.Write(w)
		return
	}
	leave := sync.OnceFunc(s.leave)
	defer leave()
	ctx, cancel := context.WithTimeout(r.Context(), s.timeout(r))
	defer cancel()
	defer s.runs.begin(cancel)()
	defer s.o.Metrics.Stream("sse")()
	out := newChatStream(w, cancel, t, time.Now().Unix(), usage)
	quiet := out.keepAlive(s.o.Heartbeat)
	reply := replyWriter{model: m}
	result, p := s.follow(ctx, t, func(e chain.Event) {
		if text := reply.hear(e); text != "" {
			out.say(text)
		}
	})
	quiet()
	leave() // whoever hears the end may ask again at once
	switch {
	case p != nil:
		out.fail(p)
	case result.Interrupt != nil:
		out.refuse(waits(t), http.StatusUnprocessableEntity)
	default:
		if rest := reply.rest(result.Values); rest != "" {
			out.say(rest)
		}
		out.end(m.finishReason(result), chatUsageOf(result.Usage))
	}
}

// chatStream writes the chunks of one completion, each with one write. Until
// the first there is no answer, so that what fails before has its own status.
type chatStream struct {
	mu     sync.Mutex // the heartbeat writes too
	w      http.ResponseWriter
	out    *http.ResponseController
	cancel func()
	begun  bool
	silent bool // since the last heartbeat

	head, tail string // of a chunk, around its delta
	usage      bool
	buf        bytes.Buffer
	text       string // what the encoder reads
	json       *json.Encoder
}

func newChatStream(w http.ResponseWriter, cancel func(), t task, created int64, usage bool) *chatStream {
	c := &chatStream{w: w, out: http.NewResponseController(w), cancel: cancel, usage: usage}
	c.json = json.NewEncoder(&c.buf)
	c.json.SetEscapeHTML(false)
	c.head = `data: {"id":"chatcmpl-` + t.o.RunID + `","object":"chat.completion.chunk","created":` + strconv.FormatInt(created, 10) +
		`,"model":` + string(encoded(t.chain.Name())) + `,"choices":[`
	c.tail = "]}\n\n"
	if usage {
		c.tail = `],"usage":null}` + "\n\n"
	}
	return c
}

// say writes a piece of the reply.
func (c *chatStream) say(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begin()
	c.buf.WriteString(c.head)
	c.buf.WriteString(`{"index":0,"delta":{"content":`)
	c.text = text
	_ = c.json.Encode(&c.text) // a string has a form
	c.buf.Truncate(c.buf.Len() - 1)
	c.buf.WriteString(`},"logprobs":null,"finish_reason":null}`)
	c.buf.WriteString(c.tail)
	c.send()
}

// end writes the last chunks.
func (c *chatStream) end(reason string, u chatUsage) {
	c.begin()
	c.buf.WriteString(c.head)
	c.buf.WriteString(`{"index":0,"delta":{},"logprobs":null,"finish_reason":"` + reason + `"}`)
	c.buf.WriteString(c.tail)
	if c.usage {
		c.buf.WriteString(c.head)
		c.buf.WriteString(`],"usage":`) // no choice: of all of them
		c.buf.Write(encoded(u))
		c.buf.WriteString("}\n\n")
	}
	c.buf.WriteString("data: [DONE]\n\n")
	c.send()
}

// fail says what went wrong: as the answer where there is none yet, else as the
// end of the stream.
func (c *chatStream) fail(p *problem.Problem) {
	if !c.begun {
		p.Write(c.w)
		return
	}
	status, e := openAIOf(p)
	c.refuse(e, status)
}

func (c *chatStream) refuse(e *openAIError, status int) {
	if !c.begun {
		e.write(c.w, status)
		return
	}
	c.buf.WriteString("data: ")
	c.buf.Write(encoded(object{"error": e}))
	c.buf.WriteString("\n\n")
	c.send()
}

// begin writes the header, and into the next write the chunk that says who
// speaks.
func (c *chatStream) begin() {
	if c.begun {
		return
	}
	c.begun = true
	h := c.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would hold chunks back
	c.w.WriteHeader(http.StatusOK)
	c.buf.WriteString(c.head)
	c.buf.WriteString(`{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}`)
	c.buf.WriteString(c.tail)
}

// send writes what has gathered. A client that does not take it is gone, and
// with it the run.
func (c *chatStream) send() {
	_, err := c.w.Write(c.buf.Bytes())
	c.buf.Reset()
	if err == nil {
		err = c.out.Flush()
	}
	if err != nil {
		c.cancel()
	}
	c.silent = false
}

// keepAlive breaks long silences with a comment, until it is told to stop.
func (c *chatStream) keepAlive(every time.Duration) (stop func()) {
	done := make(chan struct{})
	var working sync.WaitGroup
	working.Go(func() {
		beat := time.NewTicker(every)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				c.beat()
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		working.Wait()
	}
}

func (c *chatStream) beat() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.silent {
		c.begin()
		c.buf.WriteString(": still here\n\n")
		c.send()
	}
	c.silent = true
}
