package jobs_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve/jobs"
)

// scene is a folder of jobs with one chain, "c": its step "first" counts, its
// step "second" does what the test says.
type scene struct {
	t      *testing.T
	dir    string
	b      *jobs.Folder
	first  atomic.Int32
	second func(ctx context.Context) (string, error)
}

// play runs f in virtual time.
func play(t *testing.T, f func(t *testing.T, s *scene)) {
	synctest.Test(t, func(t *testing.T) {
		s := &scene{t: t, dir: t.TempDir()}
		s.second = func(context.Context) (string, error) { return "done", nil }
		s.b = folder(t, s.dir)
		f(t, s)
	})
}

func (s *scene) chains(name string) *chain.Chain {
	if name != "c" {
		return nil
	}
	c, err := chain.New("c", []chain.Step{
		chain.Func("first", func(context.Context, chain.Values) (int, error) { return int(s.first.Add(1)), nil }, nil),
		chain.Func("second", func(ctx context.Context, _ chain.Values) (string, error) { return s.second(ctx) }, nil),
	}, nil)
	if err != nil {
		s.t.Error(err)
	}
	return c
}

// worker starts one and returns what stops it.
func (s *scene) worker(o *jobs.WorkerOptions) (stop func()) {
	s.t.Helper()
	w, err := jobs.NewWorker(s.b, s.chains, o)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	var done sync.WaitGroup
	done.Go(func() { w.Run(ctx) })
	return func() {
		cancel()
		done.Wait()
	}
}

func (s *scene) submit(id, chainName string) *jobs.Job {
	s.t.Helper()
	j, err := jobs.Submit(s.t.Context(), s.b, &jobs.Job{Status: jobs.Status{ID: id, Chain: chainName}})
	if err != nil {
		s.t.Fatal(err)
	}
	return j
}

func (s *scene) load(id string) *jobs.Job {
	s.t.Helper()
	j, err := s.b.Load(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return j
}

// until waits for a state of the job, in virtual time.
func (s *scene) until(id string, want jobs.State) *jobs.Job {
	s.t.Helper()
	for range 100_000 {
		if j := s.load(id); j.State == want {
			return j
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.t.Fatalf("job %s is %s, not %s", id, s.load(id).State, want)
	return nil
}

func (s *scene) reason(id string) string {
	body, _ := os.ReadFile(filepath.Join(s.dir, "dead", id+".json")) // "" when it was not buried
	return string(body)
}

func TestAJobIsDone(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.second = func(context.Context) (string, error) {
			time.Sleep(10 * time.Second)
			return "done", nil
		}
		defer s.worker(nil)()
		if j := s.submit("a", "c"); j.State != jobs.Queued || j.Created.IsZero() {
			t.Errorf("accepted as %+v", j.Status)
		}
		time.Sleep(5 * time.Second)
		if j := s.load("a"); j.State != jobs.Running || j.Step != "second" || j.Attempts != 1 {
			t.Errorf("while it runs: %+v", j.Status)
		}
		j := s.until("a", jobs.Succeeded)
		if j.Result.Values["second"] != "done" || j.Result.RunID != "a" || j.Step != "" || j.Lease.Worker != "" || j.Ended.IsZero() {
			t.Errorf("at its end: %+v", j)
		}
		if n, _ := s.b.Depth(t.Context()); n != 0 {
			t.Errorf("%d messages are left", n)
		}
	})
}

func TestAFailureThatPassesIsTriedAgain(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		var tries []time.Time
		s.second = func(context.Context) (string, error) {
			if tries = append(tries, time.Now()); len(tries) < 3 {
				return "", &retry.Error{Class: retry.ThrottleTokens, Err: errors.New("slow down")}
			}
			return "done", nil
		}
		defer s.worker(nil)()
		s.submit("a", "c")
		j := s.until("a", jobs.Succeeded)
		if j.Attempts != 3 || s.first.Load() != 1 || j.Problem != nil {
			t.Errorf("%d attempts, first step %d times, problem %v", j.Attempts, s.first.Load(), j.Problem)
		}
		for i, least := range []time.Duration{5 * time.Second, 10 * time.Second} {
			if wait := tries[i+1].Sub(tries[i]); wait < least || wait > 2*least+time.Second {
				t.Errorf("wait %d was %v", i+1, wait)
			}
		}
	})
}

func TestAFailureThatStays(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.second = func(context.Context) (string, error) { return "", errors.New("the prompt was: secret") }
		defer s.worker(nil)()
		s.submit("a", "c")
		j := s.until("a", jobs.Failed)
		if j.Attempts != 1 || j.Problem.Code != "run-failed" || j.Problem.Step != "second" || j.Problem.RunID != "a" {
			t.Errorf("%d attempts, %+v", j.Attempts, j.Problem)
		}
		body, _ := jobs.Encode(j)
		if strings.Contains(string(body), "secret") || s.reason("a") != "" {
			t.Errorf("document %s, dead letter %q", body, s.reason("a"))
		}
	})
}

func TestPatienceEnds(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.second = func(context.Context) (string, error) {
			return "", &retry.Error{Class: retry.Transient, Err: errors.New("down")}
		}
		defer s.worker(&jobs.WorkerOptions{Patience: 2 * time.Hour})()
		s.submit("a", "c")
		j := s.until("a", jobs.Failed)
		if took := j.Ended.Sub(j.Started); took < 100*time.Minute || took > 2*time.Hour || j.Problem.Code != "model-unavailable" {
			t.Errorf("failed after %v and %d attempts: %+v", took, j.Attempts, j.Problem)
		}
		if j.Attempts < 12 || j.Attempts > 30 || s.first.Load() != 1 || j.Deaths != 0 {
			t.Errorf("%d attempts, %d deaths, the first step ran %d times", j.Attempts, j.Deaths, s.first.Load())
		}
	})
}

func TestCancel(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.second = func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}
		s.submit("queued", "c")
		if j, err := jobs.Cancel(t.Context(), s.b, "queued"); err != nil || j.State != jobs.Cancelled {
			t.Errorf("%+v, %v", j, err)
		}
		defer s.worker(nil)()
		s.submit("running", "c")
		s.until("running", jobs.Running)
		if j, err := jobs.Cancel(t.Context(), s.b, "running"); err != nil || j.State != jobs.Running {
			t.Errorf("%+v, %v", j, err)
		}
		begin := time.Now()
		s.until("running", jobs.Cancelled)
		if took := time.Since(begin); took > 3*time.Second {
			t.Errorf("cancelled after %v", took)
		}
		if j, err := jobs.Cancel(t.Context(), s.b, "running"); err != nil || j.State != jobs.Cancelled {
			t.Errorf("again: %+v, %v", j, err)
		}
		if _, err := jobs.Cancel(t.Context(), s.b, "nobody"); !errors.Is(err, jobs.ErrNoJob) {
			t.Error(err)
		}
		if s.first.Load() != 1 {
			t.Errorf("%d runs began", s.first.Load())
		}
	})
}

// dead is a backend whose worker stops at nothing but can write nothing more.
type dead struct {
	jobs.Backend
	gone atomic.Bool
}

func (d *dead) Save(ctx context.Context, j *jobs.Job) error {
	if d.gone.Load() {
		return errors.New("dead")
	}
	return d.Backend.Save(ctx, j)
}

func TestAnotherWorkerGoesOn(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		d := &dead{Backend: s.b}
		s.second = func(ctx context.Context) (string, error) {
			if d.gone.CompareAndSwap(false, true) {
				<-ctx.Done() // it never comes back
				return "", ctx.Err()
			}
			return "done", nil
		}
		first, err := jobs.NewWorker(d, s.chains, &jobs.WorkerOptions{Grace: -1})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var going sync.WaitGroup
		going.Go(func() { first.Run(ctx) })
		s.submit("a", "c")
		s.until("a", jobs.Running)
		time.Sleep(time.Second)
		stop()
		going.Wait()
		begin := time.Now()
		defer s.worker(nil)()
		j := s.until("a", jobs.Succeeded)
		if j.Attempts != 2 || s.first.Load() != 1 {
			t.Errorf("%d attempts, the first step ran %d times", j.Attempts, s.first.Load())
		}
		if took := time.Since(begin); took > 40*time.Second {
			t.Errorf("the job was taken up after %v", took)
		}
	})
}

func TestAJobThatNoWorkerSurvives(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.submit("a", "c")
		for range 5 { // five workers die with it
			j := s.load("a")
			if j.State == jobs.Running {
				j.Deaths++
			}
			j.State, j.Attempts = jobs.Running, j.Attempts+1
			j.Lease = jobs.Lease{Worker: "w", Until: time.Now().Add(30 * time.Second)}
			if err := s.b.Save(t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
		defer s.worker(nil)()
		j := s.until("a", jobs.Failed)
		if j.Problem.Code != "gave-up" || s.first.Load() != 0 {
			t.Errorf("%+v; the chain ran %d times", j.Problem, s.first.Load())
		}
		time.Sleep(time.Second)
		if !strings.Contains(s.reason("a"), "5 workers") {
			t.Errorf("dead letter %q", s.reason("a"))
		}
	})
}

func TestTwoMessagesOneRun(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		var second atomic.Int32
		s.second = func(context.Context) (string, error) {
			time.Sleep(50 * time.Second)
			second.Add(1)
			return "done", nil
		}
		j := s.submit("a", "c")
		for range 3 {
			if err := s.b.Send(t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
		defer s.worker(nil)()
		j = s.until("a", jobs.Succeeded)
		time.Sleep(2 * time.Minute)
		if j.Attempts != 1 || second.Load() != 1 || s.first.Load() != 1 {
			t.Errorf("%d attempts, steps ran %d and %d times", j.Attempts, s.first.Load(), second.Load())
		}
		if n, _ := s.b.Depth(t.Context()); n != 0 {
			t.Errorf("%d messages are left", n)
		}
	})
}

func TestAStoppedWorkerGivesBack(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.second = func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}
		stop := s.worker(&jobs.WorkerOptions{Grace: 3 * time.Second})
		s.submit("a", "c")
		s.until("a", jobs.Running)
		begin := time.Now()
		stop()
		if took := time.Since(begin); took != 3*time.Second {
			t.Errorf("stopped after %v", took)
		}
		if j := s.load("a"); j.State != jobs.Queued || j.Attempts != 0 {
			t.Errorf("given back as %+v", j.Status)
		}
		s.second = func(context.Context) (string, error) { return "done", nil }
		defer s.worker(nil)()
		if j := s.until("a", jobs.Succeeded); j.Attempts != 1 || s.first.Load() != 1 {
			t.Errorf("%d attempts, the first step ran %d times", j.Attempts, s.first.Load())
		}
	})
}

func TestAStoppedWorkerLetsJobsEnd(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.second = func(context.Context) (string, error) {
			time.Sleep(10 * time.Second)
			return "done", nil
		}
		stop := s.worker(nil)
		s.submit("a", "c")
		s.until("a", jobs.Running)
		stop()
		if j := s.load("a"); j.State != jobs.Succeeded {
			t.Errorf("left as %+v", j.Status)
		}
	})
}

func TestAnUnknownChain(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		defer s.worker(nil)()
		s.submit("a", "nobody")
		j := s.until("a", jobs.Failed)
		time.Sleep(time.Second)
		if j.Problem.Code != "no-chain" || !strings.Contains(s.reason("a"), "no-chain") {
			t.Errorf("%+v, dead letter %q", j.Problem, s.reason("a"))
		}
	})
}

func TestAnAttemptHasATimeout(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.second = func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}
		defer s.worker(&jobs.WorkerOptions{Timeout: time.Minute})()
		s.submit("a", "c")
		if j := s.until("a", jobs.Failed); j.Problem.Code != "timeout" || j.Ended.Sub(j.Started) < time.Minute {
			t.Errorf("%+v after %v", j.Problem, j.Ended.Sub(j.Started))
		}
	})
}

func TestJobsSurviveTheProcess(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.submit("b", "c")
		time.Sleep(time.Millisecond)
		s.submit("a", "c")
		running := s.load("b")
		running.State, running.Started, running.Attempts = jobs.Running, time.Now().UTC(), 1
		running.Lease = jobs.Lease{Worker: "w", Until: time.Now().Add(time.Hour)}
		if err := s.b.Save(t.Context(), running); err != nil {
			t.Fatal(err)
		}
		if _, err := jobs.NewFolder(s.dir, nil); err == nil || !strings.Contains(err.Error(), "another process") {
			t.Errorf("a second opening: %v", err)
		}
		if err := s.b.Close(); err != nil {
			t.Fatal(err)
		}
		s.b = folder(t, s.dir)
		got, err := s.b.Receive(t.Context(), 5, time.Second)
		if err != nil || len(got) != 2 || got[0].JobID() != "b" {
			t.Fatalf("%v, %v", got, err)
		}
		defer s.worker(nil)()
		s.until("a", jobs.Succeeded)
		s.until("b", jobs.Succeeded)
	})
}

func TestSubmitTwice(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first := s.submit("a", "c")
		if again := s.submit("a", "c"); again.Revision != first.Revision {
			t.Errorf("the second is %+v", again)
		}
		other := &jobs.Job{Status: jobs.Status{ID: "a", Chain: "c"}, Input: chain.Values{"x": 1}}
		if _, err := jobs.Submit(t.Context(), s.b, other); !errors.Is(err, jobs.ErrOther) {
			t.Errorf("another request of the id: %v", err)
		}
		if _, err := jobs.Submit(t.Context(), s.b, &jobs.Job{Status: jobs.Status{ID: "../x", Chain: "c"}}); err == nil {
			t.Error("an id that leaves the folder was taken")
		}
		if j := s.submit("", "c"); len(j.ID) < 20 {
			t.Errorf("a new id is %q", j.ID)
		}
	})
}

func TestAJobWaitsForAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := chain.New("c", []chain.Step{chain.Approve("ok", "Shall we?", nil)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		s := &scene{t: t, b: folder(t, t.TempDir())}
		w, err := jobs.NewWorker(s.b, func(string) *chain.Chain { return c }, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var going sync.WaitGroup
		going.Go(func() { w.Run(ctx) })
		defer going.Wait()
		defer stop()
		s.submit("a", "c")
		if j := s.until("a", jobs.Waiting); j.Result.Interrupt.Question != "Shall we?" {
			t.Errorf("%+v", j.Result)
		}
		if _, err := jobs.Answer(t.Context(), s.b, "a", "another", chain.Values{"approved": true}); !errors.Is(err, chain.ErrNotWaiting) {
			t.Errorf("an answer to another question: %v", err)
		}
		if _, err := jobs.Answer(t.Context(), s.b, "a", "", chain.Values{"approved": "yes"}); !isInput(err) {
			t.Errorf("an answer that does not fit: %v", err)
		}
		if _, err := jobs.Answer(t.Context(), s.b, "a", "", chain.Values{"approved": true}); err != nil {
			t.Fatal(err)
		}
		j := s.until("a", jobs.Succeeded)
		if answer, _ := j.Result.Values["ok"].(map[string]any); answer["approved"] != true {
			t.Errorf("%+v", j.Result.Values)
		}
		if _, err := jobs.Answer(t.Context(), s.b, "a", "", chain.Values{"approved": true}); !errors.Is(err, chain.ErrNotWaiting) {
			t.Errorf("an answer to what is over: %v", err)
		}
	})
}

func isInput(err error) bool {
	_, ok := errors.AsType[*chain.InputError](err)
	return ok
}

// away is a backend whose queue takes no word for its messages.
type away struct{ jobs.Backend }

type deaf struct{ jobs.Message }

func (deaf) Hide(context.Context, time.Duration) error { return errors.New("the queue is away") }

func (b away) Receive(ctx context.Context, most int, hold time.Duration) ([]jobs.Message, error) {
	messages, err := b.Backend.Receive(ctx, most, hold)
	for i, m := range messages {
		messages[i] = deaf{m}
	}
	return messages, err
}

func TestAQueueThatIsAwayTakesNoJobFromItsWorker(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.second = func(context.Context) (string, error) {
			time.Sleep(5 * time.Minute)
			return "done", nil
		}
		for range 2 {
			w, err := jobs.NewWorker(away{s.b}, s.chains, nil)
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			var going sync.WaitGroup
			going.Go(func() { w.Run(ctx) })
			defer going.Wait()
			defer stop()
		}
		s.submit("a", "c")
		if j := s.until("a", jobs.Succeeded); j.Attempts != 1 || s.first.Load() != 1 {
			t.Errorf("%d attempts, the first step ran %d times", j.Attempts, s.first.Load())
		}
	})
}

// Jobs whose workers have died twice wait for each other: one of them is to
// blame, and takes those beside it along.
func TestSuspectsGoOneAtATime(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		var now, most atomic.Int32
		s.second = func(context.Context) (string, error) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(10 * time.Second)
			now.Add(-1)
			return "done", nil
		}
		for _, id := range []string{"a", "b", "c"} {
			j := s.submit(id, "c")
			j.State, j.Attempts, j.Deaths = jobs.Running, 2, 1
			j.Lease = jobs.Lease{Worker: "w", Until: time.Now()}
			if err := s.b.Save(t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
		defer s.worker(nil)()
		for _, id := range []string{"a", "b", "c"} {
			if j := s.until(id, jobs.Succeeded); j.Attempts != 3 {
				t.Errorf("%s: %d attempts", id, j.Attempts)
			}
		}
		if most.Load() != 1 {
			t.Errorf("%d ran at once", most.Load())
		}
	})
}

// An attempt that has only waited for quota is no failure of the chain's.
func TestAnAttemptThatWaitedAllItsTime(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		tries := 0
		s.second = func(ctx context.Context) (string, error) {
			if tries++; tries == 1 {
				<-ctx.Done()
				return "", &retry.Error{Class: retry.ThrottleRequests, Err: errors.New("slow down")}
			}
			return "done", nil
		}
		defer s.worker(&jobs.WorkerOptions{Timeout: time.Minute})()
		s.submit("a", "c")
		if j := s.until("a", jobs.Succeeded); j.Attempts != 2 || j.Deaths != 0 {
			t.Errorf("%d attempts, %d deaths", j.Attempts, j.Deaths)
		}
	})
}
