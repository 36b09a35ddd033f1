package memory_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/message"
)

// listing is a summarizer that writes down what it was given.
func listing(asked *int) memory.Summarizer {
	return func(_ context.Context, before string, old []llms.MessageContent) (string, error) {
		*asked++
		return strings.TrimSpace(before + " | " + texts(old)), nil
	}
}

func TestRollingSummary(t *testing.T) {
	s := memory.NewInProcess()
	asked := 0
	c := memory.New(s, "talk", &memory.Options{Window: 4, Summarizer: listing(&asked)})
	at := memory.Revision("")
	for n := range 20 {
		h, err := c.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if h.Revision == "" && n > 0 {
			t.Fatal("the revision is lost")
		}
		for i, m := range h.Messages {
			if want := []llms.ChatMessageType{llms.ChatMessageTypeHuman, llms.ChatMessageTypeAI}[i%2]; m.Role != want {
				t.Fatalf("message %d has role %s; roles have to alternate from the user on", i, m.Role)
			}
		}
		if at, err = c.Append(t.Context(), h.Revision, human(fmt.Sprintf("q%d", n)), ai(fmt.Sprintf("a%d", n))); err != nil {
			t.Fatal(err)
		}
	}
	h, err := c.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if h.Revision == at {
		t.Error("the last Load had a turn too many and did not fold")
	}
	got := texts(h.Messages)
	for n := range 20 {
		if strings.Count(got, fmt.Sprintf("q%d ", n)) != 1 {
			t.Errorf("question %d is not there exactly once, in the summary or in full:\n%s", n, got)
		}
	}
	if asked > 7 {
		t.Errorf("20 turns took %d summaries; a window of 4 needs one every third turn", asked)
	}
	stored, err := s.Load(t.Context(), "talk")
	if err != nil || len(stored.Messages) > 1+2*4 {
		t.Errorf("the store holds %d messages, %v; want the summary and what the window shows", len(stored.Messages), err)
	}
}

func TestSummaryKeepsPinsAndBudget(t *testing.T) {
	s := memory.NewInProcess()
	fill(t, s, "talk", ai("welcome"), human("pin me"), ai("1"), human("two"), ai("2"), human("three"), ai("3"), human("four"), ai("4"))
	asked := 0
	o := &memory.Options{MaxTokens: 24, Counter: words, Summarizer: func(_ context.Context, before string, old []llms.MessageContent) (string, error) {
		asked++
		return "S:" + before + strings.ReplaceAll(texts(old), " ", ","), nil
	}, Pin: func(m llms.MessageContent) bool { return texts([]llms.MessageContent{m}) == "pin me" }}
	long := strings.Repeat("w ", 14)
	c := memory.New(s, "talk", o)
	h, err := c.Load(t.Context())
	if err != nil || asked > 0 {
		t.Fatalf("10 tokens of 24: %v, asked %d times", err, asked)
	}
	if _, err := c.Append(t.Context(), h.Revision, human(long), ai("5")); err != nil {
		t.Fatal(err)
	}
	if h, err = c.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := "<conversation_summary>\nS:S:two,2,three,3four,4,w,w,w,w,w,w,w,w,w,w,w,w,w,w,,5\n</conversation_summary>\nThis is what we talked about before. I have it in mind. welcome pin me 1"
	if got := texts(h.Messages); got != want || asked != 2 {
		t.Errorf("asked %d times, got\n%s\nwant\n%s", asked, got, want)
	}
	if n, _ := words(t.Context(), h.Messages); n > 24 {
		t.Errorf("%d tokens", n)
	}
}

func TestSummaryThatFails(t *testing.T) {
	down := errors.New("throttled")
	fails := func(context.Context, string, []llms.MessageContent) (string, error) { return "", down }
	s := memory.NewInProcess()
	fill(t, s, "talk", human("one"), ai("1"), human("two"), ai("2"))
	_, err := memory.New(s, "talk", &memory.Options{Window: 1, Summarizer: fails}).Load(t.Context())
	if !errors.Is(err, down) {
		t.Errorf("Load = %v; want the summarizer's error", err)
	}
	var told error
	c := memory.New(s, "talk", &memory.Options{Window: 1, Summarizer: fails, SummaryFailed: func(err error) { told = err }})
	h, err := c.Load(t.Context())
	if err != nil || texts(h.Messages) != "two 2" || !errors.Is(told, down) {
		t.Errorf("Load = %q, %v, told %v", texts(h.Messages), err, told)
	}
	blank := func(context.Context, string, []llms.MessageContent) (string, error) { return " \n", nil }
	if _, err := memory.New(s, "talk", &memory.Options{Window: 1, Summarizer: blank}).Load(t.Context()); err == nil {
		t.Error("a blank summary took the place of a turn")
	}
	huge := func(context.Context, string, []llms.MessageContent) (string, error) {
		return strings.Repeat("x ", 99), nil
	}
	_, err = memory.New(s, "talk", &memory.Options{Window: 1, MaxTokens: 20, Counter: words, Summarizer: huge}).Load(t.Context())
	if _, ok := errors.AsType[*memory.BudgetError](err); !ok {
		t.Errorf("a summary over the budget: %v", err)
	}
	if h, err := s.Load(t.Context(), "talk"); err != nil || texts(h.Messages) != "one 1 two 2" {
		t.Errorf("failed summaries changed the session to %q, %v", texts(h.Messages), err)
	}
}

func TestFoldThatIsOvertaken(t *testing.T) {
	s := memory.NewInProcess()
	fill(t, s, "talk", human("one"), ai("1"), human("two"), ai("2"))
	other := memory.New(s, "talk", &memory.Options{Merge: true})
	times := 0
	c := memory.New(s, "talk", &memory.Options{Window: 1, Summarizer: func(ctx context.Context, before string, old []llms.MessageContent) (string, error) {
		if times++; times == 1 {
			if _, err := other.Append(ctx, "", human("three"), ai("3")); err != nil {
				t.Error(err)
			}
		}
		return "S:" + before + texts(old), nil
	}})
	h, err := c.Load(t.Context())
	if err != nil || !strings.Contains(texts(h.Messages), "S:one 1 two 2\n") || !strings.HasSuffix(texts(h.Messages), "three 3") || times != 2 {
		t.Errorf("after %d tries: %q, %v", times, texts(h.Messages), err)
	}
}

// scribe is a model that answers with what it was told.
type scribe struct {
	llms.Model
	asked []llms.MessageContent
	opts  llms.CallOptions
}

func (s *scribe) GenerateContent(_ context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	s.asked = append(s.asked, msgs[len(msgs)-1])
	for _, o := range opts {
		o(&s.opts)
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: fmt.Sprintf("summary %d ", len(s.asked))}}}, nil
}

func TestSummarizeAsksTheModel(t *testing.T) {
	old := []llms.MessageContent{
		human("find 7"),
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{
			message.Reasoning{Text: "hidden"},
			llms.TextContent{Text: "One moment."},
			llms.ToolCall{ID: "1", FunctionCall: &llms.FunctionCall{Name: "find", Arguments: `{"id":7}`}},
		}},
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{
			message.ToolResult{ToolCallID: "1", IsError: true, Parts: []llms.ContentPart{llms.TextContent{Text: "no such order"}}},
		}},
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{message.Image{MIMEType: "image/png", Data: []byte{1}}}},
	}
	m := new(scribe)
	streamed := false
	ctx := message.WithObserver(t.Context(), message.Observer{Delta: func(message.Delta) error { streamed = true; return nil }})
	got, err := memory.Summarize(m, nil)(ctx, "before", old)
	if err != nil || got != "summary 1" || streamed {
		t.Errorf("summary %q, %v, streamed %v", got, err, streamed)
	}
	want := "<summary_so_far>\nbefore\n</summary_so_far>\n<conversation>\nUser: find 7\nAssistant: One moment.\nAssistant: [calls find with {\"id\":7}]\nTool: [failed] no such order\nUser: [a file]\n</conversation>"
	if asked := texts(m.asked); asked != want {
		t.Errorf("asked\n%s\nwant\n%s", asked, want)
	}
	if m.opts.MaxTokens != 512 {
		t.Errorf("max tokens are %d", m.opts.MaxTokens)
	}
	m = new(scribe)
	got, err = memory.Summarize(m, &memory.SummaryOptions{MaxBytes: 40, MaxTokens: 100})(ctx, "", []llms.MessageContent{human(strings.Repeat("é", 50)), human("b"), ai("c")})
	if err != nil || got != "summary 2" || len(m.asked) != 2 || !strings.Contains(texts(m.asked[1:]), "summary 1") {
		t.Errorf("in pieces: %q, %v, asked %d times:\n%s", got, err, len(m.asked), texts(m.asked))
	}
}

// TestSummaryLosesNothing holds for any conversation that goes on: what was
// said is in the summary or shown, in that order and once; calls keep their
// results; the budget is kept.
func TestSummaryLosesNothing(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		s := memory.NewInProcess()
		budget := r.IntN(2) * (120 + r.IntN(300))
		c := memory.New(s, "talk", &memory.Options{
			Window: 1 + r.IntN(5), MaxTokens: budget, Counter: words,
			Summarizer: func(_ context.Context, before string, old []llms.MessageContent) (string, error) {
				for _, m := range old {
					if m.Role == llms.ChatMessageTypeHuman && strings.HasPrefix(texts([]llms.MessageContent{m}), "turn") {
						before += "+" + strings.Fields(texts([]llms.MessageContent{m}))[0]
					}
				}
				return before, nil
			},
		})
		turns := 1 + r.IntN(15)
		for n := range turns {
			h, err := c.Load(t.Context())
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			checkShown(t, seed, h.Messages, n, budget)
			msgs := []llms.MessageContent{human(fmt.Sprintf("turn%d %s", n, strings.Repeat("w ", r.IntN(20))))}
			if id := fmt.Sprint(n); r.IntN(2) == 0 {
				msgs = append(msgs, calls(id), results(llms.ChatMessageTypeHuman, id))
			}
			if _, err := c.Append(t.Context(), h.Revision, append(msgs, ai("done"))...); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
	}
}

func checkShown(t *testing.T, seed uint64, msgs []llms.MessageContent, turns, budget int) {
	t.Helper()
	shown := texts(msgs)
	at := 0
	for n := range turns {
		i := strings.Index(shown[at:], fmt.Sprintf("turn%d", n))
		if i < 0 {
			t.Fatalf("seed %d: turn %d of %d is neither in the summary nor shown, or out of order:\n%s", seed, n, turns, shown)
		}
		at += i + 5
	}
	for i, m := range msgs {
		for _, p := range m.Parts {
			if r, ok := p.(message.ToolResult); ok && (i == 0 || !strings.Contains(texts(msgs[i-1:i]), "call:"+r.ToolCallID)) {
				t.Fatalf("seed %d: the result of %s stands without its call", seed, r.ToolCallID)
			}
		}
	}
	if n, _ := words(t.Context(), msgs); budget > 0 && n > budget {
		t.Fatalf("seed %d: %d tokens of %d", seed, n, budget)
	}
}
