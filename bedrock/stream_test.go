package bedrock_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
)

func deaf(context.Context, []byte) error { return nil }

func TestStreamTellsAsItComes(t *testing.T) {
	body := events(t,
		"messageStart", `{"role":"assistant"}`,
		"contentBlockDelta", `{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"hm"}}}`,
		"contentBlockDelta", `{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"sig"}}}`,
		"contentBlockDelta", `{"contentBlockIndex":1,"delta":{"text":"he"}}`,
		"contentBlockDelta", `{"contentBlockIndex":1,"delta":{"text":"llo"}}`,
		"contentBlockDelta", `{"contentBlockIndex":1,"delta":{"citation":{"title":"doc"}}}`,
		"contentBlockStart", `{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}`,
		"contentBlockDelta", `{"contentBlockIndex":2,"delta":{"toolUse":{"input":"{\"a\":"}}}`,
		"contentBlockDelta", `{"contentBlockIndex":2,"delta":{"toolUse":{"input":"1}"}}}`,
		"messageStop", `{"stopReason":"tool_use"}`)
	var heard []string
	ctx := message.WithObserver(t.Context(), message.Observer{Delta: func(d message.Delta) error {
		heard = append(heard, string(d.Kind)+" "+d.ToolCallID+d.ToolName+d.Text)
		return nil
	}})
	var text, reasoning, textBeside strings.Builder
	m := newModel(t, streaming(body), "m", nil)
	resp, err := m.GenerateContent(ctx, human("hi"),
		llms.WithStreamingFunc(func(_ context.Context, b []byte) error { text.Write(b); return nil }),
		llms.WithStreamingReasoningFunc(func(_ context.Context, r, b []byte) error { reasoning.Write(r); textBeside.Write(b); return nil }))
	if err != nil {
		t.Fatal(err)
	}
	want := "reasoning hm|text he|text llo|citation |toolInput t1f|toolInput t1f{\"a\":|toolInput t1f1}"
	if got := strings.Join(heard, "|"); got != want {
		t.Errorf("heard %s", got)
	}
	if text.String() != "hello" || reasoning.String() != "hm" || textBeside.String() != "hello" {
		t.Errorf("callbacks heard %q, %q, %q", text.String(), reasoning.String(), textBeside.String())
	}
	info := message.InfoOf(resp.Choices[0])
	if info.FirstToken <= 0 || info.RequestID != "req-2" {
		t.Errorf("info %+v", info)
	}
	if info.Usage != (message.Usage{}) {
		t.Errorf("usage %+v without metadata", info.Usage)
	}
}

func TestIncompleteStream(t *testing.T) {
	whole := textStream(t, 3)
	withoutStop := events(t,
		"messageStart", `{"role":"assistant"}`,
		"contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"half an ans"}}`,
		"contentBlockStop", `{"contentBlockIndex":0}`)
	for name, body := range map[string][]byte{
		"no messageStop":  withoutStop,
		"empty":           nil,
		"cut in a frame":  whole[:len(whole)/3],
		"broken checksum": append(append([]byte{}, withoutStop[:20]...), bytes.Repeat([]byte{7}, 200)...),
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t, streaming(body), "m", nil)
			resp, err := m.GenerateContent(t.Context(), human("hi"), llms.WithStreamingFunc(deaf))
			e, ok := errors.AsType[*bedrock.Error](err)
			if !ok || resp != nil || !errors.Is(err, bedrock.ErrIncompleteStream) {
				t.Fatalf("response %v, error %v", resp, err)
			}
			if e.Code != bedrock.CodeIncompleteStream || !e.InStream || e.RequestID != "req-2" || !llms.IsProviderUnavailableError(err) {
				t.Errorf("%+v", e)
			}
		})
	}
}

// After messageStop the answer is whole, whatever becomes of the usage.
func TestLostUsage(t *testing.T) {
	whole := textStream(t, 1)
	synctest.Test(t, func(t *testing.T) {
		for name, rest := range map[string]io.Reader{"ends": bytes.NewReader(nil), "breaks": failing{}, "hangs": silent{t.Context()}} {
			body := io.MultiReader(bytes.NewReader(whole[:bytes.LastIndex(whole, []byte(":event-type"))-13]), rest)
			w := &wire{answer: func(*http.Request) *http.Response {
				r := response(200, nil, nil)
				r.Body, r.ContentLength = io.NopCloser(body), -1
				return r
			}}
			ctx, cancel := context.WithCancel(t.Context())
			resp, err := newModel(t, w, "m", nil).GenerateContent(ctx, human("hi"), llms.WithStreamingFunc(deaf))
			cancel()
			if err != nil || resp.Choices[0].Content != "word 0 " || message.UsageOf(resp.Choices[0]) != (message.Usage{}) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// silent says nothing until the test ends.
type silent struct{ ctx context.Context }

func (s silent) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

// A connection that fails under the stream is a stream cut short.
func TestBrokenConnection(t *testing.T) {
	w := &wire{answer: func(*http.Request) *http.Response {
		r := response(200, nil, nil)
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(textStream(t, 1)[:150]), failing{}))
		r.ContentLength = -1
		return r
	}}
	_, err := newModel(t, w, "m", nil).GenerateContent(t.Context(), human("hi"), llms.WithStreamingFunc(deaf))
	if !errors.Is(err, bedrock.ErrIncompleteStream) || !errors.Is(err, errReset) {
		t.Fatal(err)
	}
}

var errReset = errors.New("connection reset by peer")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errReset }

func TestStreamIdleTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pr, pw := io.Pipe()
		defer pw.Close()
		w := &wire{answer: func(*http.Request) *http.Response {
			r := response(200, nil, nil)
			r.Body, r.ContentLength = pr, -1
			return r
		}}
		delta := events(t, "contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"a"}}`)
		go func() { // slow for two minutes, then silent
			for range 3 {
				time.Sleep(40 * time.Second)
				if _, err := pw.Write(delta); err != nil {
					t.Error(err)
				}
			}
		}()
		began := time.Now()
		m := newModel(t, w, "m", &bedrock.Options{StreamIdleTimeout: time.Minute})
		_, err := m.GenerateContent(t.Context(), human("hi"), llms.WithStreamingFunc(deaf))
		if !errors.Is(err, bedrock.ErrStreamIdle) || !llms.IsTimeoutError(err) {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 3*time.Minute {
			t.Errorf("took %v", took)
		}
	})
}

// A caller that takes its time is not a silent stream.
func TestSlowCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newModel(t, streaming(textStream(t, 3)), "m", &bedrock.Options{StreamIdleTimeout: time.Minute})
		_, err := m.GenerateContent(t.Context(), human("hi"), llms.WithStreamingFunc(func(context.Context, []byte) error {
			time.Sleep(time.Hour)
			return nil
		}))
		if err != nil {
			t.Error(err)
		}
	})
}

// Silence before the headers counts too.
func TestStreamIdleBeforeHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := hanging{}
		m, err := bedrock.New(clientOver(t, w), "m", nil)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, err = m.GenerateContent(t.Context(), human("hi"), llms.WithStreamingFunc(deaf))
		if !errors.Is(err, bedrock.ErrStreamIdle) || time.Since(began) != 5*time.Minute {
			t.Fatal(err, time.Since(began))
		}
	})
}

// hanging never answers.
type hanging struct{}

func (hanging) Do(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, context.Cause(req.Context())
}

func TestCancel(t *testing.T) {
	for name, opts := range map[string][]llms.CallOption{"stream": {llms.WithStreamingFunc(deaf)}, "unary": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, err := bedrock.New(clientOver(t, hanging{}), "m", nil)
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				if _, err = m.GenerateContent(ctx, human("hi"), opts...); !errors.Is(err, context.Canceled) || !llms.IsCanceledError(err) {
					t.Errorf("canceled: %v", err)
				}
				ctx, cancel = context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if _, err = m.GenerateContent(ctx, human("hi"), opts...); !errors.Is(err, context.DeadlineExceeded) || !llms.IsTimeoutError(err) {
					t.Errorf("deadline: %v", err)
				}
			})
		})
	}
}

// A caller's own error ends the call and can be found in what it returns.
func TestCallbackError(t *testing.T) {
	errMine := errors.New("enough")
	m := newModel(t, streaming(textStream(t, 500)), "m", nil)
	calls := 0
	_, err := m.GenerateContent(t.Context(), human("hi"), llms.WithStreamingFunc(func(context.Context, []byte) error {
		calls++
		return errMine
	}))
	if !errors.Is(err, errMine) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}
