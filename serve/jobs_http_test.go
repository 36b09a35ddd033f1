package serve_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/problem"
)

// office is a server with jobs in a folder and a worker. Its chain "report"
// waits for hold; "ask" waits for an answer.
type office struct {
	*httptest.Server
	t    *testing.T
	jobs *jobs.Folder
	hold chan struct{}
}

func newOffice(t *testing.T, o *serve.Options) *office {
	t.Helper()
	of := &office{t: t, hold: make(chan struct{})}
	var err error
	if of.jobs, err = jobs.NewFolder(t.TempDir(), nil); err != nil {
		t.Fatal(err)
	}
	report, err := chain.New("report", []chain.Step{chain.Func("write", func(ctx context.Context, in in) (string, error) {
		select {
		case <-of.hold:
		case <-ctx.Done():
		}
		return "on " + in.Text, ctx.Err()
	}, nil)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ask, err := chain.New("ask", []chain.Step{chain.Approve("ok", "Shall we?", nil)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if o == nil {
		o = &serve.Options{}
	}
	o.Jobs = of.jobs
	s := serve.New([]*chain.Chain{report, ask}, o)
	of.Server = httptest.NewServer(s)
	w, err := jobs.NewWorker(of.jobs, s.Chain, &jobs.WorkerOptions{Beat: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var working sync.WaitGroup
	working.Go(func() { w.Run(ctx) })
	t.Cleanup(func() {
		stop()
		working.Wait()
		of.Close()
		_ = of.jobs.Close()
	})
	return of
}

// ask sends a request and decodes what comes into v.
func (of *office) ask(method, path, body string, v any, header ...string) *http.Response {
	of.t.Helper()
	r, err := http.NewRequestWithContext(of.t.Context(), method, of.URL+path, strings.NewReader(body))
	if err != nil {
		of.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := of.Client().Do(r)
	if err != nil {
		of.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(answer.Body).Decode(v); err != nil {
			of.t.Fatal(err)
		}
	}
	return answer
}

// until asks for a job until it is in that state.
func (of *office) until(id string, want jobs.State) jobs.Status {
	of.t.Helper()
	var got jobs.Status
	for range 1000 {
		of.ask("GET", "/v1/jobs/"+id, "", &got)
		if got.State == want {
			return got
		}
		time.Sleep(5 * time.Millisecond)
	}
	of.t.Fatalf("the job is %+v, not %s", got, want)
	return got
}

func TestAJobOverHTTP(t *testing.T) {
	of := newOffice(t, nil)
	var job jobs.Status
	a := of.ask("POST", "/v1/chains/report/jobs", `{"input": {"text": "tea"}, "labels": {"team": "red"}}`, &job)
	if a.StatusCode != http.StatusAccepted || a.Header.Get("Location") != "/v1/jobs/"+job.ID || job.State != jobs.Queued {
		t.Fatalf("%d %v %+v", a.StatusCode, a.Header, job)
	}
	if got := of.until(job.ID, jobs.Running); got.Result != nil {
		t.Errorf("%+v", got)
	}
	close(of.hold)
	got := of.until(job.ID, jobs.Succeeded)
	if got.Result.Values["write"] != "on tea" || got.Result.Labels["team"] != "red" || got.Ended.IsZero() {
		t.Errorf("%+v", got)
	}
	if a := of.ask("POST", "/v1/runs/"+job.ID+"/feedback", `{"thumbs": "up"}`, nil); a.StatusCode != http.StatusNoContent {
		t.Errorf("feedback: %d", a.StatusCode)
	}
	var p problem.Problem
	if of.ask("GET", "/v1/jobs/nobody", "", &p); p.Status != 404 || p.Code != "no-job" {
		t.Errorf("%+v", p)
	}
}

func TestAJobIsCancelledOverHTTP(t *testing.T) {
	of := newOffice(t, nil)
	var job jobs.Status
	of.ask("POST", "/v1/chains/report/jobs", `{"input": {"text": "tea"}}`, &job)
	of.until(job.ID, jobs.Running)
	if a := of.ask("DELETE", "/v1/jobs/"+job.ID, "", &job); a.StatusCode != http.StatusOK {
		t.Errorf("%d", a.StatusCode)
	}
	of.until(job.ID, jobs.Cancelled)
}

func TestAJobIsAnsweredOverHTTP(t *testing.T) {
	of := newOffice(t, nil)
	var job jobs.Status
	of.ask("POST", "/v1/chains/ask/jobs", `{"input": {}}`, &job)
	if got := of.until(job.ID, jobs.Waiting); got.Result.Interrupt.Question != "Shall we?" {
		t.Errorf("%+v", got.Result)
	}
	var p problem.Problem
	if of.ask("POST", "/v1/jobs/"+job.ID+"/answer", `{"answer": {"approved": 3}}`, &p); p.Status != 422 || len(p.Errors) != 1 {
		t.Errorf("%+v", p)
	}
	of.ask("POST", "/v1/jobs/"+job.ID+"/answer", `{"answer": {"approved": true}}`, &job)
	of.until(job.ID, jobs.Succeeded)
	if of.ask("POST", "/v1/jobs/"+job.ID+"/answer", `{"answer": {"approved": true}}`, &p); p.Status != 409 || p.Code != "not-waiting" {
		t.Errorf("%+v", p)
	}
}

func TestAJobIsRefused(t *testing.T) {
	of := newOffice(t, nil)
	for name, tc := range map[string]struct{ path, body, want string }{
		"no chain":    {"/v1/chains/nobody/jobs", `{"input": {}}`, "404 no-chain"},
		"bad input":   {"/v1/chains/report/jobs", `{"input": {}}`, "422 bad-input"},
		"no callback": {"/v1/chains/report/jobs", `{"input": {"text": "x"}, "callback": "https://evil.example"}`, "422 bad-input"},
		"a field":     {"/v1/chains/report/jobs", `{"input": {"text": "x"}, "prio": 1}`, "400 bad-json"},
	} {
		var p problem.Problem
		a := of.ask("POST", tc.path, tc.body, &p)
		if got := strings.TrimSpace(strings.Fields(a.Status)[0] + " " + p.Code); got != tc.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	bare := httptest.NewServer(serve.New(nil, nil))
	defer bare.Close()
	answer, err := bare.Client().Get(bare.URL + "/v1/jobs/x")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("a server without jobs: %d", answer.StatusCode)
	}
}

func TestAJobIsAskedForTwice(t *testing.T) {
	of := newOffice(t, nil)
	close(of.hold)
	var first, second, other jobs.Status
	of.ask("POST", "/v1/chains/report/jobs", `{"input": {"text": "tea"}}`, &first, "Idempotency-Key", "k")
	of.ask("POST", "/v1/chains/report/jobs", `{"input": {"text": "tea"}}`, &second, "Idempotency-Key", "k")
	of.ask("POST", "/v1/chains/report/jobs", `{"input": {"text": "tea"}}`, &other, "Idempotency-Key", "l")
	if first.ID != second.ID || first.ID == other.ID {
		t.Errorf("jobs %s, %s, %s", first.ID, second.ID, other.ID)
	}
	var p problem.Problem
	of.ask("POST", "/v1/chains/report/jobs", `{"input": {"text": "coffee"}}`, &p, "Idempotency-Key", "k")
	if p.Status != 422 || p.Code != "key-reused" {
		t.Errorf("%+v", p)
	}
}
