package clients

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/templates"
)

const (
	sonnet = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
	key    = "the-key"
)

// site is a server under test, and what its chains saw.
type site struct {
	t         *testing.T
	addr      string
	emu       *emulator.Emulator
	failed    atomic.Int32 // runs of fails
	cancelled chan string  // runs of slow that were cancelled, by their text
	stop      func()       // ends the server, and waits for it
}

func (s *site) url() string { return "http://" + s.addr }

// newSite serves chains on loopback, as serve.ListenAndServe does.
func newSite(t *testing.T, o *serve.Options) *site {
	t.Helper()
	s := &site{t: t, cancelled: make(chan string, 16)}
	s.emu = emulator.New(&emulator.Options{Responder: emulator.Script(
		emulator.Turn{When: emulator.Match{Question: "my name", Conversation: "I am Ada"}, Text: "You are Ada."},
		emulator.Turn{When: emulator.Match{Question: "quota"}, Error: &emulator.Failure{Code: "ThrottlingException", Message: "Too many tokens, please wait before trying again."}},
		emulator.Turn{When: emulator.Match{Question: "cut"}, Text: "Once upon", StopReason: "max_tokens"},
		emulator.Turn{Text: "Hello, \u2028this is a\nscripted reply.", Usage: &emulator.Usage{Input: 10, Output: 5, CacheRead: 3}},
	)})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve.Serve(ctx, l, serve.New(s.chains(), o)) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	t.Cleanup(s.stop)
	return s
}

type text struct {
	Text string `json:"text"`
}

// chains are a chat, a reader of anything, one that waits to be cancelled, one
// that fails, one that breaks in the middle and one that asks twice.
func (s *site) chains() []*chain.Chain {
	return []*chain.Chain{
		s.made("chat", chain.Prompt("reply", s.model(), s.prompt(), nil)),
		s.made("echo", chain.Func("out", func(_ context.Context, i text) (string, error) { return i.Text, nil }, nil)),
		s.made("slow", chain.Func("out", s.slow, nil)),
		s.made("fails", chain.Func("out", func(context.Context, text) (string, error) {
			s.failed.Add(1)
			return "", errors.New("the secret is 42")
		}, nil)),
		s.made("breaks", chain.Func("out", func(ctx context.Context, _ text) (string, error) {
			chain.Emit(ctx, chain.Event{Kind: chain.Token, Text: "one"})
			return "", errors.New("the secret is 42")
		}, nil)),
		s.made("asks",
			chain.Func("draft", func(_ context.Context, i text) (string, error) { return "about " + i.Text, nil }, nil),
			chain.Approve("good", "Is it good?", &chain.ApproveOptions{Show: []string{"draft"}}),
			chain.Approve("send", "Shall it be sent?", nil)),
		s.made("two", chain.Func("out", func(_ context.Context, i struct{ A, B string }) (string, error) { return i.A + i.B, nil }, nil)),
	}
}

// slow says word after word, then waits to be cancelled, or for two seconds.
func (s *site) slow(ctx context.Context, i text) (string, error) {
	for word := range strings.FieldsSeq(i.Text) {
		chain.Emit(ctx, chain.Event{Kind: chain.Token, Text: word})
	}
	select {
	case <-ctx.Done():
		s.cancelled <- i.Text
		return "", ctx.Err()
	case <-time.After(2 * time.Second):
		return "done", nil
	}
}

func (s *site) made(name string, steps ...chain.Step) *chain.Chain {
	c, err := chain.New(name, steps, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// model gives up at once on a spent quota.
func (s *site) model() *retry.Model {
	m, err := bedrock.New(s.emu.Client(), sonnet, &bedrock.Options{MaxTokens: 500})
	if err != nil {
		s.t.Fatal(err)
	}
	return retry.Wrap(m, &retry.Options{MaxElapsed: time.Millisecond})
}

func (s *site) prompt() chain.PromptSource {
	p, err := templates.Parse([]byte("schema: causeway.prompt/v1\nname: chat\nmodel: {id: sonnet}\n" +
		"input: {required: [question], properties: {question: {type: string}}}\nsystem: Be kind.\n" +
		"messages: [{history: {}}, {user: \"{{question}}\"}]\n"))
	if err != nil {
		s.t.Fatal(err)
	}
	return chain.Template(p)
}

// wasCancelled waits until slow was cancelled, for a text.
func (s *site) wasCancelled(text string) {
	s.t.Helper()
	select {
	case got := <-s.cancelled:
		if got != text {
			s.t.Errorf("the run of %q was cancelled, want %q", got, text)
		}
	case <-time.After(10 * time.Second):
		s.t.Errorf("the run of %q was not cancelled", text)
	}
}
