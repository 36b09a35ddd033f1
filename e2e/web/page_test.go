package web

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/e2e/internal/npm"
)

// sight is what page.mjs saw.
type sight struct {
	Complaints, Foreign  []string
	Barriers             []string
	Policy, Where, Focus string
	Asked                struct {
		State, Facts, Dl, Focus string
		Text, Notes, Told       []string
		Grown                   []struct{ N, At float64 } // characters, and when in milliseconds
	}
	Voted     string
	FollowUp  []string
	Stopped   struct{ State, Said string }
	Failed    struct{ State, Said string }
	Cut, Back any
	Reloaded  struct {
		States []string
		Same   bool
		Voted  string
		Text   []string
	}
	TooWide float64
	Offline string
	Fresh   []string
}

const counted = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"

// A person opens the page, asks, stops, votes, loses the network, reloads.
func TestPage(t *testing.T) {
	dir := npm.Installed(t)
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("this test needs a browser, Debian's package chromium: %v", err)
	}
	script, err := emulator.ScriptFile(os.DirFS("."), "replies.yaml")
	if err != nil {
		t.Fatal(err)
	}
	emu := emulator.New(&emulator.Options{Responder: script, Faults: []emulator.Fault{emulator.Throttle(1)}})
	bedrock, err := emu.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bedrock.Close() })
	desk := startDesk(t, bedrock.URL)
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}, FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0)})
	t.Cleanup(proxy.Close)
	cut := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxy.CloseClientConnections() }))
	t.Cleanup(cut.Close)

	var got sight
	node(t, dir, "page.mjs", map[string]any{"url": desk.url, "chromium": browser, "proxy": proxy.URL, "cut": cut.URL}, &got)
	t.Run("page", func(t *testing.T) { got.page(t) })
	t.Run("answer", func(t *testing.T) { got.answer(t) })
	t.Run("trouble", func(t *testing.T) { got.trouble(t) })
	t.Run("stopped call", func(t *testing.T) { stoppedCall(t, emu) })

	out := desk.stop(t)
	votes := lines(out, "vote on run")
	if len(votes) != 2 || !strings.HasSuffix(votes[0], `by desk/answer@production version 1: up ""`) || !strings.HasSuffix(votes[1], `:  "quick & kind"`) {
		t.Errorf("votes: %q", votes)
	}
	if !strings.Contains(out, "the account's own business") {
		t.Errorf("the server's log does not tell what went wrong:\n%s", out)
	}
}

// page checks what the page is, whatever is asked.
func (s *sight) page(t *testing.T) {
	if len(s.Complaints) > 0 || len(s.Foreign) > 0 {
		t.Errorf("the browser complains %q, and asks others %q", s.Complaints, s.Foreign)
	}
	for _, b := range s.Barriers {
		t.Error(b)
	}
	if !strings.Contains(s.Policy, "default-src 'none'") || strings.Contains(s.Policy, "unsafe") {
		t.Errorf("policy %q", s.Policy)
	}
	if s.Where != "Amazon Bedrock in us-east-1" || s.Focus != "question" || s.TooWide > 0 {
		t.Errorf("where %q, focus %q, %v pixels too wide", s.Where, s.Focus, s.TooWide)
	}
}

// answer checks the first question and what follows.
func (s *sight) answer(t *testing.T) {
	a := s.Asked
	if a.State != "finished" || !slices.Equal(a.Text, []string{"Let me look.", "Your order <b>A-1001</b> is on its way and comes tomorrow before noon."}) {
		t.Errorf("answer %q, %s", a.Text, a.State)
	}
	if len(a.Notes) < 2 || !strings.HasPrefix(a.Notes[0], "Waited ") || !strings.HasSuffix(a.Notes[0], "for the model’s quota") || !slices.Contains(a.Notes, "Called lookup_order(A-1001)") {
		t.Errorf("notes %q", a.Notes)
	}
	if !strings.HasPrefix(a.Facts, "desk/answer v1 · ") || !strings.Contains(a.Dl, "desk/answer@production, version 1") || !strings.Contains(a.Dl, "claude-haiku") {
		t.Errorf("facts %q %q", a.Facts, a.Dl)
	}
	if a.Focus != "question" || !strings.HasPrefix(a.Told[len(a.Told)-1], "Answer: Let me look.") {
		t.Errorf("focus on %s; a screen reader was told %q", a.Focus, a.Told)
	}
	last := a.Grown[len(a.Grown)-1].At
	if steps := len(slices.DeleteFunc(a.Grown, func(g struct{ N, At float64 }) bool { return g.At < last-400 })); steps < 6 {
		t.Errorf("in its last 400 ms the answer grew %d times: it did not come word by word", steps)
	}
	if s.Voted != "true" || !slices.Equal(s.FollowUp, []string{"In it was a wooden train."}) || !slices.Equal(s.Fresh, []string{"Which order do you mean?"}) {
		t.Errorf("voted %q, follow-up %q, in a new conversation %q", s.Voted, s.FollowUp, s.Fresh)
	}
}

// trouble checks what goes wrong, on purpose or not.
func (s *sight) trouble(t *testing.T) {
	if s.Stopped.State != "stopped" || !strings.Contains(s.Stopped.Said, "You stopped") {
		t.Errorf("stopped: %+v", s.Stopped)
	}
	if s.Failed.State != "failed" || !strings.Contains(s.Failed.Said, "not your fault") || !strings.Contains(s.Failed.Said, "no-access, run ") || strings.Contains(s.Failed.Said, "business") {
		t.Errorf("failed: %+v", s.Failed)
	}
	whole := []any{counted}
	if c, ok := s.Cut.(map[string]any); !ok || c["state"] != "finished" || !slices.Equal(c["text"].([]any), whole) {
		t.Errorf("after the connection was cut: %v", s.Cut)
	}
	r := s.Reloaded
	if !r.Same || r.Voted != "true" || !slices.Equal(r.Text, []string{counted}) {
		t.Errorf("reloaded: %+v", r)
	}
	if want := []string{"finished", "finished", "stopped", "failed", "finished", "finished"}; !slices.Equal(r.States, want) {
		t.Errorf("reloaded: %q", r.States)
	}
	if !strings.Contains(s.Offline, "cannot be reached") || s.Back != "finished" {
		t.Errorf("offline: %q, then %v", s.Offline, s.Back)
	}
}

// stoppedCall checks that the model's call ended when its answer was stopped:
// left alone it would have taken a minute.
func stoppedCall(t *testing.T, emu *emulator.Emulator) {
	for _, c := range emu.Calls() {
		if c.Request == nil || !strings.Contains(c.Request.Text(), "endless") {
			continue
		}
		if c.Duration == 0 || c.Duration > 10*time.Second {
			t.Errorf("the stopped call took %s", c.Duration)
		}
		return
	}
	t.Error("nobody asked for an endless story")
}
