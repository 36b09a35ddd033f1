package sqsjobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/e2e/internal/gateway"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/sqsjobs"
)

// envWorker makes this test binary a worker, of the setting it holds.
const envWorker = "CAUSEWAY_E2E_WORKER"

// setting is what a worker process is told.
type setting struct {
	SQS, Queue, S3, Bucket string
	Log                    string // the file to which effects are added
	Deaths, Parallel       int
	Documents              string // the chain for documents
}

// child works until it is killed, or told to end, if the environment says so.
func child() (done bool, code int) {
	raw := os.Getenv(envWorker)
	if raw == "" {
		return false, 0
	}
	var s setting
	err := json.Unmarshal([]byte(raw), &s)
	if err == nil {
		err = s.work()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		return true, 1
	}
	return true, 0
}

func (s setting) backend(ctx context.Context) (*sqsjobs.Backend, error) {
	o := &sqsjobs.Options{Wait: 2 * time.Second}
	if s.Documents != "" {
		o.Documents = &sqsjobs.Documents{Chain: s.Documents, Text: "id"}
	}
	return sqsjobs.New(ctx, newQueue(s.SQS), s.Queue, gateway.Client(s.S3), s.Bucket, o)
}

func (s setting) work() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	file, err := os.OpenFile(s.Log, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	l := &ledger{file}
	chains, err := l.chains()
	if err != nil {
		return err
	}
	backend, err := s.backend(ctx)
	for err != nil && ctx.Err() == nil { // a service manager would start it again
		time.Sleep(500 * time.Millisecond)
		backend, err = s.backend(ctx)
	}
	if ctx.Err() != nil {
		return nil
	}
	worker, err := jobs.NewWorker(backend, func(name string) *chain.Chain { return chains[name] }, &jobs.WorkerOptions{
		MaxDeaths: s.Deaths, Parallel: s.Parallel, Lease: lease, Backoff: time.Second, Events: l.committed,
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	worker.Run(ctx)
	return nil
}

// lease is for how long a dead worker keeps its jobs.
const lease = 4 * time.Second

// ledger is the list of effects that all workers add to.
type ledger struct{ file *os.File }

// add writes one line, which is not torn: it is short, and the file is opened
// to append.
func (l *ledger) add(what, job, step string) {
	if _, err := fmt.Fprintln(l.file, what, job, step, os.Getpid()); err != nil {
		panic(err)
	}
}

// committed notes steps that are in the journal: they are told then.
func (l *ledger) committed(e chain.Event) {
	if e.Kind == chain.StepFinished {
		l.add("committed", e.RunID, e.Step)
	}
}

type input struct {
	ID string `json:"id"` // of the job
}

// chains are those of the workers: report takes three steps and about 150 ms,
// poison kills its worker.
func (l *ledger) chains() (map[string]*chain.Chain, error) {
	var steps []chain.Step
	for _, name := range []string{"read", "think", "write"} {
		steps = append(steps, chain.Func(name, func(_ context.Context, in input) (string, error) {
			time.Sleep(time.Duration(30+rand.IntN(40)) * time.Millisecond)
			l.add("effect", in.ID, name)
			return name + " " + in.ID, nil
		}, nil))
	}
	report, err := chain.New("report", steps, nil)
	if err != nil {
		return nil, err
	}
	poison, err := chain.New("poison", []chain.Step{
		chain.Func("die", func(_ context.Context, in input) (string, error) {
			l.add("effect", in.ID, "die")
			return "", syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}, nil),
	}, nil)
	return map[string]*chain.Chain{"report": report, "poison": poison}, err
}
