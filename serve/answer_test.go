package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// publish asks twice: may it be written, may it be sent. Its first step counts
// how often it works.
func publish(t *testing.T, checkpoints chain.Checkpointer, wrote *int) *chain.Chain {
	t.Helper()
	type sent struct {
		Draft string         `json:"draft"`
		First map[string]any `json:"first"`
		Last  map[string]any `json:"last"`
	}
	c, err := chain.New("publish", []chain.Step{
		chain.Func("draft", func(ctx context.Context, i in) (string, error) {
			*wrote++
			chain.Emit(ctx, chain.Event{Kind: chain.Token, Text: "writing"})
			return "about " + i.Text, nil
		}, nil),
		chain.Approve("first", "Is the draft good?", &chain.ApproveOptions{Show: []string{"draft"}}),
		chain.Approve("last", "Shall it be sent?", nil),
		chain.Func("sent", func(_ context.Context, i sent) (string, error) {
			return fmt.Sprint(i.Draft, " ", i.First["approved"], " ", i.Last["approved"]), nil
		}, nil),
	}, &chain.Options{Checkpoints: checkpoints})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serving serves chains until the test ends, or stop is called.
func serving(t *testing.T, o *serve.Options, chains ...*chain.Chain) (url string, stop func()) {
	t.Helper()
	ts := httptest.NewServer(serve.New(chains, o))
	stop = sync.OnceFunc(func() {
		http.DefaultClient.CloseIdleConnections()
		ts.CloseClientConnections()
		ts.Close()
	})
	t.Cleanup(stop)
	return ts.URL, stop
}

// came is what a run or an answer came to.
type came struct {
	RunID     string           `json:"runId"`
	Values    map[string]any   `json:"values"`
	Interrupt *chain.Interrupt `json:"interrupt"`
	Code      string           `json:"code"`
	Errors    []string         `json:"errors"`
}

func answered(t *testing.T, url, body string, headers ...string) (int, came) {
	t.Helper()
	resp, text := ask(t, "POST", url, body, headers...)
	var c came
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatalf("%s: %s", resp.Status, text)
	}
	return resp.StatusCode, c
}

const yes = `{"answer":{"approved":true}}`

func TestAnswers(t *testing.T) {
	wrote := 0
	url, _ := serving(t, nil, publish(t, nil, &wrote), chains(t, nil)[0])
	runs := url + "/v1/chains/publish/runs"
	status, first := answered(t, runs, `{"input":{"text":"rain"},"labels":{"team":"a"}}`)
	if status != 200 || first.Interrupt == nil || first.Interrupt.Question != "Is the draft good?" || first.Interrupt.Values["draft"] != "about rain" {
		t.Fatalf("%d %+v", status, first)
	}
	answer := runs + "/" + first.RunID + "/answer"
	for _, tt := range []struct {
		name, url, body string
		status          int
		code            string
	}{
		{"no answer", answer, `{}`, 422, "bad-input"},
		{"null", answer, `{"answer":null}`, 422, "bad-input"},
		{"one that does not fit", answer, `{"answer":{"approved":"perhaps"}}`, 422, "bad-input"},
		{"one that is no object", answer, `{"answer":true}`, 400, "bad-json"},
		{"no such run", runs + "/nope/answer", yes, 404, "no-run"},
		{"no id at all", runs + "/..%2F..%2Fetc/answer", yes, 404, "no-endpoint"},
		{"a chain that keeps no runs", url + "/v1/chains/echo/runs/" + first.RunID + "/answer", yes, 404, "no-run"},
		{"no such chain", url + "/v1/chains/nope/runs/" + first.RunID + "/answer", yes, 404, "no-chain"},
	} {
		for _, accept := range []string{"application/json", "text/event-stream"} {
			status, got := answered(t, tt.url, tt.body, "Accept", accept)
			if status != tt.status || got.Code != tt.code {
				t.Errorf("%s (%s): %d %+v, want %d %s", tt.name, accept, status, got, tt.status, tt.code)
			}
		}
	}
	status, second := answered(t, answer, yes)
	if status != 200 || second.Interrupt == nil || second.Interrupt.Question != "Shall it be sent?" {
		t.Fatalf("the second question: %d %+v", status, second)
	}
	status, done := answered(t, answer, `{"answer":{"approved":false}}`)
	if status != 200 || done.Interrupt != nil || done.Values["sent"] != "about rain true false" || done.RunID != first.RunID {
		t.Errorf("the end: %d %+v", status, done)
	}
	for _, accept := range []string{"application/json", "text/event-stream"} {
		if status, late := answered(t, answer, yes, "Accept", accept); status != 409 || late.Code != "not-waiting" {
			t.Errorf("an answer to a run that is over (%s): %d %+v", accept, status, late)
		}
	}
	if wrote != 1 {
		t.Errorf("the draft was written %d times", wrote)
	}
	if resp, _ := ask(t, "POST", url+"/v1/runs/"+first.RunID+"/feedback", `{"score":5}`); resp.StatusCode != 204 {
		t.Errorf("feedback on the run: %s", resp.Status)
	}
	if resp, _ := ask(t, "POST", url+"/v1/runs/nope/feedback", `{"score":5}`); resp.StatusCode != 404 {
		t.Errorf("a run that is not there was noted: %s", resp.Status)
	}
}

// Of many who answer at once one is heard.
func TestOneOfManyAnswersCounts(t *testing.T) {
	wrote := 0
	url, _ := serving(t, nil, publish(t, nil, &wrote))
	runs := url + "/v1/chains/publish/runs"
	_, first := answered(t, runs, `{"input":{"text":"rain"}}`)
	answer := runs + "/" + first.RunID + "/answer"
	if _, second := answered(t, answer, yes); second.Interrupt == nil {
		t.Fatalf("%+v", second)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	heard := 0
	for i := range 8 {
		wg.Go(func() {
			accept := []string{"application/json", "text/event-stream"}[i%2]
			resp, body := ask(t, "POST", answer, yes, "Accept", accept)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case resp.StatusCode == 200 && strings.Contains(body, "true true"):
				heard++
			case resp.StatusCode != 409:
				t.Errorf("%s: %s", resp.Status, body)
			}
		})
	}
	wg.Wait()
	if heard != 1 {
		t.Errorf("%d answers were heard", heard)
	}
}

// The same answer under the same key is one answer.
func TestAnAnswerWithAKeyMayBeRepeated(t *testing.T) {
	wrote := 0
	url, _ := serving(t, nil, publish(t, nil, &wrote))
	runs := url + "/v1/chains/publish/runs"
	_, first := answered(t, runs, `{"input":{"text":"rain"}}`)
	answer := runs + "/" + first.RunID + "/answer"
	for range 2 { // without the key the second would answer the second question
		if _, got := answered(t, answer, yes, "Idempotency-Key", "k"); got.Interrupt == nil || got.Interrupt.Step != "last" {
			t.Errorf("%+v", got)
		}
	}
}

// An answer that names its question is not taken for another's, and whoever was
// not there when it was asked can ask for it.
func TestAnAnswerToOneQuestion(t *testing.T) {
	wrote := 0
	url, _ := serving(t, nil, publish(t, nil, &wrote))
	runs := url + "/v1/chains/publish/runs"
	_, first := answered(t, runs, `{"input":{"text":"rain"}}`)
	run := runs + "/" + first.RunID
	resp, body := ask(t, "GET", run+"/question", "")
	var q chain.Interrupt
	if err := json.Unmarshal([]byte(body), &q); err != nil || resp.StatusCode != 200 || q.ID != first.Interrupt.ID || q.Values["draft"] != "about rain" || q.Answer == nil {
		t.Errorf("%s %s", resp.Status, body)
	}
	named := fmt.Sprintf(`{"answer":{"approved":true},"to":%q}`, q.ID)
	if status, second := answered(t, run+"/answer", named); status != 200 || second.Interrupt == nil || second.Interrupt.ID == q.ID {
		t.Errorf("%d %+v", status, second)
	}
	for _, accept := range []string{"application/json", "text/event-stream"} {
		if status, again := answered(t, run+"/answer", named, "Accept", accept); status != 409 || again.Code != "not-waiting" {
			t.Errorf("the double click: %d %+v", status, again)
		}
	}
	c := talkTo(t, url+"/v1/chains/publish/ws")
	c.send(`{"type":"answer","run":"` + first.RunID + `",` + named[1:])
	if _, p := c.until("problem"); !strings.Contains(p, `"not-waiting"`) {
		t.Errorf("the double click on a socket: %s", p)
	}
	answered(t, run+"/answer", yes)
	for at, want := range map[string]int{run: 409, runs + "/nope": 404, runs + "/..%2F": 404, url + "/v1/chains/nope/runs/" + first.RunID: 404} {
		if resp, body := ask(t, "GET", at+"/question", ""); resp.StatusCode != want || !strings.Contains(body, `"code"`) {
			t.Errorf("%s: %s %s, want %d", at, resp.Status, body, want)
		}
	}
}

// A run's events have one numbering, over its interruptions.
func TestStreamedAnswersGoOnWithTheRun(t *testing.T) {
	wrote := 0
	url, _ := serving(t, nil, publish(t, nil, &wrote))
	resp := stream(t, t.Context(), url+"/v1/chains/publish/runs", `{"input":{"text":"rain"}}`)
	defer resp.Body.Close()
	before := parseSSE(t, resp.Body, 0)
	last := before[len(before)-1]
	if last.event != "interrupted" {
		t.Fatalf("events %+v", before)
	}
	var at chain.Event
	if err := json.Unmarshal([]byte(last.data), &at); err != nil {
		t.Fatal(err)
	}
	answer := url + "/v1/chains/publish/runs/" + at.RunID + "/answer"
	events := url + resp.Header.Get("Location")
	if r, body := ask(t, "GET", events, "", "Last-Event-ID", last.id); r.StatusCode != 200 || body != "" {
		t.Errorf("behind the question: %s %q", r.Status, body) // an EventSource asks again, and hears what the answer brings
	}
	first := stream(t, t.Context(), answer, yes)
	defer first.Body.Close()
	next := parseSSE(t, first.Body, 0)
	if next[0].event != "run.started" || next[len(next)-1].event != "interrupted" || next[0].id != fmt.Sprint(len(before)+1) {
		t.Errorf("the answer's events: %+v", next)
	}
	answered(t, answer, `{"answer":{"approved":"perhaps"}}`, "Accept", "text/event-stream") // leaves the events as they are
	again := stream(t, t.Context(), events, "", "Last-Event-ID", last.id)
	defer again.Body.Close()
	if got := parseSSE(t, again.Body, 0); fmt.Sprint(got) != fmt.Sprint(next) {
		t.Errorf("read again: %+v", got)
	}
	whole := stream(t, t.Context(), events, "")
	defer whole.Body.Close()
	if got := parseSSE(t, whole.Body, 0); fmt.Sprint(got) != fmt.Sprint(append(before, next...)) {
		t.Errorf("read whole: %+v", got)
	}
	if status, p := readFrom(t, events, fmt.Sprint(len(before)+len(next)+1)); status != 400 || p.Code != "bad-event-id" {
		t.Errorf("an event id of the future: %d %+v", status, p)
	}
}

func readFrom(t *testing.T, url, lastID string) (int, came) {
	t.Helper()
	resp, text := ask(t, "GET", url, "", "Last-Event-ID", lastID)
	var c came
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatalf("%s: %s", resp.Status, text)
	}
	return resp.StatusCode, c
}

// What waits outlives the server, where the checkpoints do.
func TestAnswerAfterARestart(t *testing.T) {
	dir := t.TempDir()
	wrote := 0
	begin := func() (string, func()) {
		kept, err := chain.NewFileCheckpoints(dir)
		if err != nil {
			t.Fatal(err)
		}
		return serving(t, nil, publish(t, kept, &wrote))
	}
	url, stop := begin()
	_, first := answered(t, url+"/v1/chains/publish/runs", `{"input":{"text":"rain"},"labels":{"team":"a"}}`)
	stop()
	url, stop = begin()
	if status, second := answered(t, url+"/v1/chains/publish/runs/"+first.RunID+"/answer", yes); status != 200 || second.Interrupt == nil {
		t.Fatalf("%d %+v", status, second)
	}
	stop()
	url, _ = begin()
	rest := stream(t, t.Context(), url+"/v1/chains/publish/runs/"+first.RunID+"/answer", yes)
	defer rest.Body.Close()
	all := parseSSE(t, rest.Body, 0)
	if end := all[len(all)-1]; all[0].id != "1" || end.event != "run.finished" || !strings.Contains(end.data, "about rain true true") || wrote != 1 {
		t.Errorf("written %d times; %+v", wrote, all)
	}
}

// A chain that has changed cannot go on with what another began.
func TestAnswerToAChangedChain(t *testing.T) {
	dir := t.TempDir()
	kept, err := chain.NewFileCheckpoints(dir)
	if err != nil {
		t.Fatal(err)
	}
	wrote := 0
	s := serve.New([]*chain.Chain{publish(t, kept, &wrote)}, nil)
	ts := httptest.NewServer(s)
	defer func() { http.DefaultClient.CloseIdleConnections(); ts.Close() }()
	_, first := answered(t, ts.URL+"/v1/chains/publish/runs", `{"input":{"text":"rain"}}`)
	other, err := chain.New("publish", []chain.Step{chain.Approve("only", "Well?", nil)}, &chain.Options{Checkpoints: kept})
	if err != nil {
		t.Fatal(err)
	}
	s.Replace([]*chain.Chain{other})
	if status, p := answered(t, ts.URL+"/v1/chains/publish/runs/"+first.RunID+"/answer", yes); status != 409 || p.Code != "changed" {
		t.Errorf("%d %+v", status, p)
	}
}

// What waits holds no place: others may run.
func TestWaitingHoldsNoPlace(t *testing.T) {
	wrote := 0
	url, _ := serving(t, &serve.Options{MaxRuns: 1}, publish(t, nil, &wrote))
	for range 20 {
		resp := stream(t, t.Context(), url+"/v1/chains/publish/runs", `{"input":{"text":"rain"}}`)
		parseSSE(t, resp.Body, 0) // the place is free when the last event is heard
		resp.Body.Close()
	}
}
