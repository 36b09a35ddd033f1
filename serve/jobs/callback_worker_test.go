package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve/jobs"
)

// listener is a receiver in this process: it answers with status, and keeps
// what it was told.
type listener struct {
	t      *testing.T
	status func(n int) int // of call n, from 1

	mu   sync.Mutex
	told []jobs.Status
	ids  []string
}

func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if err := jobs.VerifyCallback(secret, r.Header, body); err != nil {
		l.t.Error(err)
	}
	var s jobs.Status
	if err := json.Unmarshal(body, &s); err != nil {
		l.t.Error(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told, l.ids = append(l.told, s), append(l.ids, r.Header.Get("webhook-id"))
	return &http.Response{StatusCode: l.status(len(l.told)), Header: http.Header{}, Body: http.NoBody}, nil
}

func (l *listener) callbacks() *jobs.Callbacks {
	c, err := jobs.NewCallbacks([]string{secret}, []string{"hooks.example.com"}, &jobs.CallbackOptions{
		Retry: retry.Policy{Rand: func() float64 { return 0.999 }}, // waits at their longest
	})
	if err != nil {
		l.t.Fatal(err)
	}
	c.Through(l)
	return c
}

// ask submits a job that wants to be told.
func (s *scene) ask(id string) {
	s.t.Helper()
	_, err := jobs.Submit(s.t.Context(), s.b, &jobs.Job{Status: jobs.Status{ID: id, Chain: "c"}, Callback: "https://hooks.example.com/done"})
	if err != nil {
		s.t.Fatal(err)
	}
}

// Whoever asked is told of every end, and told again until it has heard.
func TestWorkerTells(t *testing.T) {
	fail := func(context.Context) (string, error) { return "", errors.New("no") }
	for _, tt := range []struct {
		name   string
		second func(context.Context) (string, error)
		status func(n int) int
		calls  int
		state  jobs.State
	}{
		{"at once", nil, func(int) int { return 204 }, 1, jobs.Succeeded},
		{"a failure", fail, func(int) int { return 200 }, 1, jobs.Failed},
		{"at the fourth", nil, func(n int) int { return map[bool]int{true: 503, false: 200}[n < 4] }, 4, jobs.Succeeded},
		{"never again", nil, func(int) int { return 410 }, 1, jobs.Succeeded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				if tt.second != nil {
					s.second = tt.second
				}
				l := &listener{t: t, status: tt.status}
				stop := s.worker(&jobs.WorkerOptions{Callbacks: l.callbacks()})
				s.ask("told")
				time.Sleep(time.Hour)
				synctest.Wait()
				if j := s.load("told"); !j.Called || j.State != tt.state {
					t.Errorf("the job is %s, called %v", j.State, j.Called)
				}
				if len(l.told) != tt.calls {
					t.Fatalf("%d calls, want %d", len(l.told), tt.calls)
				}
				for i, s := range l.told {
					if s.ID != "told" || s.State != tt.state || l.ids[i] != "told" || s.Ended.IsZero() {
						t.Errorf("call %d told %+v as %s", i, s, l.ids[i])
					}
				}
				stop()
			})
		})
	}
}

// A receiver that is away for good is given up on, and costs a bounded number
// of calls.
func TestWorkerGivesUpTelling(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		l := &listener{t: t, status: func(int) int { return 500 }}
		stop := s.worker(&jobs.WorkerOptions{Callbacks: l.callbacks()})
		s.ask("untold")
		time.Sleep(time.Hour)
		synctest.Wait()
		if j := s.load("untold"); !j.Called || j.State != jobs.Succeeded {
			t.Errorf("the job is %s, called %v", j.State, j.Called)
		}
		if n := len(l.told); n < 5 || n > 10 {
			t.Errorf("%d calls", n)
		}
		stop()
	})
}

// A worker that is stopped while it tells leaves that to the next.
func TestWorkerLeavesTelling(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		l := &listener{t: t, status: func(n int) int { return map[bool]int{true: 503, false: 200}[n < 4] }}
		stop := s.worker(&jobs.WorkerOptions{Callbacks: l.callbacks(), Grace: -1})
		s.ask("left")
		time.Sleep(time.Second) // the first wait is longer
		synctest.Wait()
		if len(l.told) != 1 {
			t.Fatalf("%d calls in the first second", len(l.told))
		}
		stop() // it takes a few more seconds, not as many as the receiver needs
		if j := s.load("left"); j.Called || j.State != jobs.Succeeded {
			t.Errorf("after the first worker the job is %s, called %v", j.State, j.Called)
		}
		stop = s.worker(&jobs.WorkerOptions{Callbacks: l.callbacks()})
		time.Sleep(time.Hour)
		synctest.Wait()
		stop()
		if j := s.load("left"); !j.Called || len(l.told) != 4 {
			t.Errorf("called %v after %d calls", j.Called, len(l.told))
		}
	})
}

// A job that is cancelled before anybody began it is told of, too: once for
// each message, the job's own and the cancelling one.
func TestCancelledIsTold(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		l := &listener{t: t, status: func(int) int { return 200 }}
		s.ask("cancelled")
		if _, err := jobs.Cancel(t.Context(), s.b, "cancelled"); err != nil {
			t.Fatal(err)
		}
		stop := s.worker(&jobs.WorkerOptions{Callbacks: l.callbacks()})
		time.Sleep(time.Hour)
		synctest.Wait()
		stop()
		if n := len(l.told); n < 1 || n > 2 {
			t.Errorf("%d calls", n)
		}
		for i, s := range l.told {
			if s.State != jobs.Cancelled || l.ids[i] != "cancelled" {
				t.Errorf("told %+v as %s", s, l.ids[i])
			}
		}
	})
}
