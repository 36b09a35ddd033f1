package experiment_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/templates"
)

const dayExperiment = `schema: causeway.experiment/v1
key: day
unit: conversation
variants:
  - {key: control, prompt: support/answer@1}
  - {key: warm, prompt: support/answer@2}
metrics:
  primary: {name: csat, window: 6h}
  guardrails: [{name: error, kind: ratio, worseBy: 0.05}, {name: latency_ms, worseBy: 2000}]
`

// feedbackTo hands what people say to serve on to a tracker.
type feedbackTo struct{ tracker *experiment.Tracker }

func (f feedbackTo) Add(ctx context.Context, said serve.Feedback) error {
	return f.tracker.Feedback(ctx, experiment.Feedback{
		RunID: said.RunID, Values: experiment.Opinion(said.Score, said.Thumbs), Note: said.Comment,
	})
}

// day is 24 hours of virtual time through everything: customers who talk HTTP to
// serve, chains from YAML, pinned prompts, the real Bedrock client on the
// emulator, with throttles, feedback that comes up to five hours later, and a
// log in a folder.
type day struct {
	t       *testing.T
	e       *experiment.Experiment
	handler http.Handler
	log     *experiment.FolderLog
	random  *rand.Rand
	late    []func() // feedback, by the time it is given
	lateAt  []time.Time
}

func newDay(t *testing.T) *day {
	t.Helper()
	d := &day{t: t, e: parse(t, dayExperiment), log: experiment.NewFolderLog(t.TempDir()), random: rand.New(rand.NewPCG(3, 4))}
	emu := emulator.New(&emulator.Options{
		Responder: emulator.RespondFunc(func(_ context.Context, r *emulator.Request) (*emulator.Reply, error) {
			reply := emulator.TextReply(r.SystemText())
			reply.First, reply.Chunk = 400*time.Millisecond, 30*time.Millisecond
			return reply, nil
		}),
		Faults: []emulator.Fault{emulator.Throttle(5)},
	})
	model, err := bedrock.New(emu.Client(), "us.anthropic.claude-haiku-4-5-20251001-v1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	patient := retry.Wrap(model, nil)
	store := prompts(t, "Be brief.", "Be warm.")
	library, err := templates.NewLibrary(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	chains, err := d.e.Load(t.Context(), fstest.MapFS{"support.yaml": &fstest.MapFile{Data: []byte(`schema: causeway.chain/v1
name: support
input: {required: [question], properties: {question: {type: string}}}
steps:
  - {name: answer, prompt: support/answer@production, output: answer}
output: answer
`)}}, "support.yaml", &chain.Registry{
		Model: func(string) (llms.Model, error) { return patient, nil }, Templates: library,
	}, &experiment.LoadOptions{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	tracker := experiment.NewTracker(d.e, d.log, nil)
	runner, err := experiment.NewRunner(d.e, chains, tracker, &experiment.RunnerOptions{OnError: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	d.handler = serve.New([]*chain.Chain{runner.Chain()}, &serve.Options{Feedback: feedbackTo{tracker}})
	return d
}

func (d *day) post(path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(d.t.Context(), http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

// customer asks twice in one conversation and, three times out of five, says
// hours later how it was.
func (d *day) customer(n int, pleased func(answer string) float64) {
	session := fmt.Sprint("chat-", n)
	var last struct {
		RunID  string         `json:"runId"`
		Values map[string]any `json:"values"`
	}
	for range 2 {
		w := d.post("/v1/chains/support/runs", fmt.Sprintf(`{"input":{"question":"Where is my parcel?"},"session":%q}`, session))
		if w.Code != http.StatusOK {
			d.t.Fatalf("run: %d %s", w.Code, w.Body)
		}
		if err := json.Unmarshal(w.Body.Bytes(), &last); err != nil {
			d.t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
	}
	if d.random.Float64() > 0.6 {
		return
	}
	score := min(5, max(1, int(pleased(answerOf(last.Values))+d.random.NormFloat64()+0.5)))
	at := time.Now().Add(time.Duration(d.random.Float64() * float64(5*time.Hour)))
	d.lateAt = append(d.lateAt, at)
	d.late = append(d.late, func() {
		if w := d.post("/v1/runs/"+last.RunID+"/feedback", fmt.Sprintf(`{"score":%d,"comment":"I am Ann"}`, score)); w.Code != http.StatusNoContent {
			d.t.Errorf("feedback: %d %s", w.Code, w.Body)
		}
	})
}

func answerOf(values map[string]any) string { return fmt.Sprint(values["answer"]) }

// speak lets those customers talk whose time has come.
func (d *day) speak() {
	for i := 0; i < len(d.late); i++ {
		if !d.lateAt[i].After(time.Now()) {
			d.late[i]()
			d.late = append(d.late[:i], d.late[i+1:]...)
			d.lateAt = append(d.lateAt[:i], d.lateAt[i+1:]...)
			i--
		}
	}
}

func TestOneDay(t *testing.T) {
	for _, c := range []struct {
		name   string
		warm   float64 // how much better warm answers please
		lost   float64 // share of the warm customers who never get through
		action experiment.Action
	}{
		{"a better variant is found", 0.8, 0, experiment.Ship},
		{"no difference is not called one", 0, 0, experiment.Collect},
		{"a broken split is refused", 0.8, 0.4, experiment.Repair},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDay(t)
				defer func() {
					if err := d.log.Close(); err != nil {
						t.Error(err)
					}
				}()
				const customers = 500
				for n := range customers {
					began := time.Now()
					if d.e.Assign(fmt.Sprint("chat-", n)).Index == 0 || d.random.Float64() >= c.lost {
						d.customer(n, func(answer string) float64 {
							if strings.Contains(answer, "warm") {
								return 3 + c.warm
							}
							return 3
						})
					}
					d.speak()
					time.Sleep(24*time.Hour/customers - time.Since(began))
				}
				r, err := experiment.Analyze(d.e, d.log.Read(t.Context(), d.e.Key), nil)
				if err != nil {
					t.Fatal(err)
				}
				if r.Verdict.Action != c.action {
					t.Errorf("%s", r.Verdict.Sentence)
				}
				if r.Excluded.Unmatched != 0 || r.Excluded.MixedUnits != 0 {
					t.Errorf("left out: %+v", r.Excluded)
				}
				if span := r.To.Sub(r.From); span < 23*time.Hour {
					t.Errorf("the records span %v", span)
				}
				t.Logf("%s", r.Verdict.Sentence)
			})
		})
	}
}
