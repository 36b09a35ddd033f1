package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/errors"
)

// auditor validates what is exchanged with a site by the site's own document.
type auditor struct {
	*site
	validator.Validator
	operations map[string]bool // by id: whether it was answered with success
	doc        map[string]any
}

func newAuditor(t *testing.T) *auditor {
	t.Helper()
	a := &auditor{site: newSite(t), operations: map[string]bool{}}
	raw := a.document(t)
	if err := json.Unmarshal(raw, &a.doc); err != nil {
		t.Fatal(err)
	}
	doc, err := libopenapi.NewDocument(raw)
	if err != nil {
		t.Fatal(err)
	}
	var faults []error
	if a.Validator, faults = validator.NewValidator(doc); len(faults) > 0 {
		t.Fatal(faults)
	}
	for path, item := range a.doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			if method != "parameters" && !strings.HasSuffix(path, "/ws") { // not HTTP any more
				a.operations[op.(map[string]any)["operationId"].(string)] = false
			}
		}
	}
	return a
}

func TestTheDocumentIsValid(t *testing.T) {
	a := newAuditor(t)
	if ok, faults := a.ValidateDocument(); !ok {
		t.Error(tell(faults))
	}
	if a.doc["openapi"] != "3.1.0" {
		t.Errorf("it is %v", a.doc["openapi"])
	}
}

// exchange is one request, and what the site and the document think of it.
type exchange struct {
	method, path, body string
	headers            []string
	status             int
	invalid            bool // the document refuses the request too
}

// ask sends a request, validates it and the answer, and returns the answer.
func (a *auditor) ask(t *testing.T, x exchange) []byte {
	t.Helper()
	resp := a.send(t, a.request(t, x.method, x.path, x.body, x.headers...))
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	name := x.method + " " + x.path + " " + x.body
	if resp.StatusCode != x.status {
		t.Errorf("%s: %s, want %d: %s", name, resp.Status, x.status, body)
	}
	again := func() *http.Request { return a.request(t, x.method, x.path, x.body, x.headers...) }
	if ok, faults := a.ValidateHttpRequestSync(again()); ok == x.invalid {
		t.Errorf("%s: the document takes it: %v, want %v: %s", name, ok, !x.invalid, tell(faults))
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if ok, faults := a.ValidateHttpResponse(again(), resp); !ok {
		t.Errorf("%s: the answer is not as described: %s\n%s", name, tell(faults), body)
	}
	if resp.StatusCode < 300 {
		a.operations[a.operationOf(t, again())] = true
	}
	return body
}

// operationOf returns the id of the operation that the document has for a
// request.
func (a *auditor) operationOf(t *testing.T, r *http.Request) string {
	t.Helper()
	paths := a.doc["paths"].(map[string]any)
	best := ""
	for path := range paths {
		if fits(path, r.URL.EscapedPath()) && (best == "" || strings.Count(path, "{") < strings.Count(best, "{")) {
			best = path
		}
	}
	op, ok := paths[best].(map[string]any)[strings.ToLower(r.Method)].(map[string]any)
	if !ok {
		t.Fatalf("no operation for %s %s", r.Method, r.URL)
	}
	return op["operationId"].(string)
}

func fits(pattern, path string) bool {
	p, q := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(p) != len(q) {
		return false
	}
	for i := range p {
		if p[i] != q[i] && !strings.HasPrefix(p[i], "{") {
			return false
		}
	}
	return true
}

func tell(faults []*errors.ValidationError) string {
	var b strings.Builder
	for _, f := range faults {
		b.WriteString(f.Error() + "\n")
		for _, s := range f.SchemaValidationErrors {
			b.WriteString("    " + s.Error() + "\n")
		}
	}
	return b.String()
}

func TestExchanges(t *testing.T) {
	a := newAuditor(t)
	a.plain(t)
	a.refused(t)
	a.runs(t)
	a.answers(t)
	a.jobs(t)
	a.chats(t)
	for op, asked := range a.operations {
		if !asked {
			t.Errorf("the operation %s was never answered with success", op)
		}
	}
}

// plain asks what the server tells of itself.
func (a *auditor) plain(t *testing.T) {
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/openapi.json", "/", "/v1/models", "/v1/models/ask"} {
		a.ask(t, exchange{method: "GET", path: path, status: 200})
	}
	a.ask(t, exchange{method: "GET", path: "/v1/models/nope", status: 404})
	a.ask(t, exchange{method: "GET", path: "/metrics", status: 401, headers: []string{"Authorization", "Bearer other"}})
}

// refused asks for what the document refuses too, and for what only the server
// can know to be wrong.
func (a *auditor) refused(t *testing.T) {
	const run = "/v1/chains/triage/runs"
	for body, status := range map[string]int{
		`{"input": {}}`:            422,
		`{"input": {"ticket": 5}}`: 422,
		`{"input": {"ticket": "money", "language": "fr"}}`:          422,
		`{"input": {"ticket": "` + strings.Repeat("a", 201) + `"}}`: 422,
		`{"inputs": {"ticket": "money"}}`:                           400,
		`{"input": {"ticket": "money"}, "session": 7}`:              400,
		`[]`: 400,
	} {
		a.ask(t, exchange{method: "POST", path: run, body: body, status: status, invalid: true})
	}
	a.ask(t, exchange{method: "POST", path: run, body: "hello", headers: []string{"Content-Type", "text/plain"}, status: 415, invalid: true})
	a.ask(t, exchange{method: "POST", path: "/v1/chains/ask/runs", body: `{"input": {"question": "` + strings.Repeat("a", 6000) + `"}}`, status: 413})
	a.ask(t, exchange{method: "POST", path: "/v1/chains/fails/runs", body: `{"input": {"text": "a"}}`, status: 500})
	a.ask(t, exchange{method: "POST", path: "/v1/chains/slow/runs", body: `{"input": {"text": "a"}}`, headers: []string{"Prefer", "wait=1"}, status: 504})
	for _, body := range []string{`{}`, `{"score": 6}`, `{"thumbs": "sideways"}`, `{"stars": 5}`} {
		status := 422
		if strings.Contains(body, "stars") {
			status = 400
		}
		a.ask(t, exchange{method: "POST", path: "/v1/runs/AAAA/feedback", body: body, status: status, invalid: true})
	}
	a.ask(t, exchange{method: "POST", path: "/v1/runs/AAAA/feedback", body: `{"score": 5}`, status: 404})
	a.ask(t, exchange{method: "GET", path: "/v1/runs/AAAA/events", status: 404})
	a.ask(t, exchange{method: "DELETE", path: "/v1/runs/AAAA", status: 404})
	a.ask(t, exchange{method: "GET", path: "/v1/jobs/AAAA", status: 404})
}

// runs runs every chain, whole and streamed.
func (a *auditor) runs(t *testing.T) {
	var result struct {
		RunID  string `json:"runId"`
		Values map[string]struct {
			Queue string `json:"queue"`
		} `json:"values"`
	}
	body := a.ask(t, exchange{
		method: "POST", path: "/v1/chains/triage/runs", status: 200, headers: []string{"Idempotency-Key", "k"},
		body: `{"input": {"ticket": "money back"}, "session": "s", "labels": {"team": "a"}}`,
	})
	if err := json.Unmarshal(body, &result); err != nil || result.Values["triage"].Queue != "billing" {
		t.Fatalf("%v: %s", err, body)
	}
	a.ask(t, exchange{method: "POST", path: "/v1/runs/" + result.RunID + "/feedback", body: `{"score": 4.5, "thumbs": "up", "comment": "fine"}`, status: 204})
	a.ask(t, exchange{method: "POST", path: "/v1/chains/maybe/runs", body: `{"input": {"ticket": "skip"}}`, status: 200})
	a.ask(t, exchange{method: "POST", path: "/v1/chains/ask/runs", body: `{"input": {"question": "When?"}}`, status: 200})
	a.ask(t, exchange{method: "POST", path: "/v1/chains/publish/runs", body: `{"input": {"text": "a"}}`, status: 200})
	a.ask(t, exchange{method: "POST", path: "/v1/chains/" + url.PathEscape(awkward) + "/runs", body: `{"input": {"text": "a"}}`, status: 200})

	sse := []string{"Accept", "text/event-stream"}
	a.ask(t, exchange{method: "POST", path: "/v1/chains/fails/runs", body: `{"input": {"text": "a"}}`, headers: sse, status: 200})
	resp := a.send(t, a.request(t, "POST", "/v1/chains/slow/runs", `{"input": {"text": "a"}}`, sse...))
	defer resp.Body.Close()
	at := resp.Header.Get("Location")
	a.ask(t, exchange{method: "DELETE", path: strings.TrimSuffix(at, "/events"), status: 204})
	a.ask(t, exchange{method: "GET", path: at, headers: []string{"Last-Event-ID", "1"}, status: 200})
	a.ask(t, exchange{method: "GET", path: at, headers: []string{"Last-Event-ID", "x"}, status: 400, invalid: true})
	a.operations["run_slow"] = true // it ends by being cancelled, as it did
}

// answers answers the question a run waits at.
func (a *auditor) answers(t *testing.T) {
	var waiting struct {
		RunID     string
		Interrupt struct {
			ID     string
			Answer json.RawMessage
		}
	}
	body := a.ask(t, exchange{method: "POST", path: "/v1/chains/publish/runs", body: `{"input": {"text": "a"}}`, status: 200})
	if err := json.Unmarshal(body, &waiting); err != nil || len(waiting.Interrupt.Answer) == 0 {
		t.Fatalf("%v: %s", err, body)
	}
	at := "/v1/chains/publish/runs/" + waiting.RunID + "/answer"
	question := strings.TrimSuffix(at, "answer") + "question"
	a.ask(t, exchange{method: "GET", path: question, status: 200})
	a.ask(t, exchange{method: "POST", path: at, body: `{"answer": 7}`, status: 400, invalid: true})
	a.ask(t, exchange{method: "POST", path: at, body: `{"answer": {"approved": "perhaps"}}`, status: 422})
	a.ask(t, exchange{method: "POST", path: at, body: `{"answer": {"approved": true}, "to": "another"}`, status: 409})
	a.ask(t, exchange{method: "POST", path: at, body: fmt.Sprintf(`{"answer": {"approved": true}, "to": %q}`, waiting.Interrupt.ID), status: 200})
	a.ask(t, exchange{method: "POST", path: at, body: `{"answer": {"approved": true}}`, status: 409})
	a.ask(t, exchange{method: "GET", path: question, status: 409})
	for _, name := range []string{"triage", "maybe", "ask", "fails", "slow", awkward} { // they never wait
		run := "/v1/chains/" + url.PathEscape(name) + "/runs/AAAA"
		a.ask(t, exchange{method: "GET", path: run + "/question", status: 404})
		resp := a.send(t, a.request(t, "POST", run+"/answer", `{"answer": {}}`))
		resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("%s/answer answers %s", run, resp.Status)
		}
		for method, path := range map[string]string{"GET": "/question", "POST": "/answer"} {
			a.operations[a.operationOf(t, a.request(t, method, run+path, ""))] = true
		}
	}
}

// jobs has every chain run later.
func (a *auditor) jobs(t *testing.T) {
	var job struct {
		ID    string `json:"id"`
		State string `json:"state"`
	}
	submit := func(chain, input, more string) {
		t.Helper()
		body := a.ask(t, exchange{method: "POST", path: "/v1/chains/" + url.PathEscape(chain) + "/jobs", body: `{"input": ` + input + more + `}`, status: 202})
		if err := json.Unmarshal(body, &job); err != nil {
			t.Fatal(err)
		}
	}
	until := func(state string) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); job.State != state; {
			if time.Now().After(deadline) {
				t.Fatalf("the job is %s, want %s", job.State, state)
			}
			if err := json.Unmarshal(a.ask(t, exchange{method: "GET", path: "/v1/jobs/" + job.ID, status: 200}), &job); err != nil {
				t.Fatal(err)
			}
		}
	}
	submit("triage", `{"ticket": "money"}`, `, "labels": {"a": "b"}`)
	until("succeeded")
	submit("maybe", `{"ticket": "skip"}`, "")
	submit("ask", `{"question": "When?"}`, "")
	submit(awkward, `{"text": "a"}`, "")
	submit("fails", `{"text": "a"}`, "")
	submit("slow", `{"text": "a"}`, "")
	a.ask(t, exchange{method: "DELETE", path: "/v1/jobs/" + job.ID, status: 200})
	until("cancelled")
	submit("publish", `{"text": "a"}`, "")
	until("waiting")
	a.ask(t, exchange{method: "POST", path: "/v1/jobs/" + job.ID + "/answer", body: `{"answer": {"approved": true}}`, status: 200})
	until("succeeded")
	at := "/v1/chains/triage/jobs"
	a.ask(t, exchange{method: "POST", path: at, body: `{"input": {"ticket": "money"}, "callback": "https://elsewhere.example.org/"}`, status: 422})
	a.ask(t, exchange{method: "POST", path: at, body: `{"input": {}}`, status: 422, invalid: true})
}

// chats asks as OpenAI's clients do.
func (a *auditor) chats(t *testing.T) {
	const at = "/v1/chat/completions"
	a.ask(t, exchange{method: "POST", path: at, body: `{"model": "ask", "messages": [{"role": "user", "content": "When?"}], "temperature": 0.5}`, status: 200})
	a.ask(t, exchange{method: "POST", path: at, body: `{"model": "ask", "stream": true, "messages": [{"role": "user", "content": [{"type": "text", "text": "When?"}]}]}`, status: 200})
	a.ask(t, exchange{method: "POST", path: at, body: `{"model": "nope", "messages": [{"role": "user", "content": "When?"}]}`, status: 404})
	a.ask(t, exchange{method: "POST", path: at, body: `{"model": "ask", "messages": []}`, status: 400, invalid: true})
	a.ask(t, exchange{method: "POST", path: at, body: `{"model": "ask", "messages": [{"role": "user", "content": "When?"}], "temperature": 5}`, status: 400, invalid: true})
}
