package serve_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/serve/jobs"
)

// site is one life of a server with jobs in a folder and a worker that does
// them.
type site struct {
	addr    string
	backend *jobs.Folder
	stop    func() // all of it, as at the end of a process
}

func open(t *testing.T, dir string, c *chain.Chain) *site {
	t.Helper()
	backend, err := jobs.NewFolder(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := serve.New([]*chain.Chain{c}, &serve.Options{Jobs: backend})
	worker, err := jobs.NewWorker(backend, s.Chain, &jobs.WorkerOptions{Grace: -1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var working sync.WaitGroup
	working.Go(func() { worker.Run(ctx) })
	addr, end, ended := launched(t, s)
	return &site{addr, backend, func() {
		end()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		working.Wait()
		if err := backend.Close(); err != nil {
			t.Error(err)
		}
	}}
}

// submit asks for jobs until the server takes no more, and returns the ids of
// those it took.
func submit(t *testing.T, addr string, client int, took func()) (ids []string) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for n := 0; ; n++ {
		body := fmt.Sprintf(`{"input":{"text":"job %d of %d"}}`, n, client)
		if _, err := fmt.Fprintf(conn, "POST /v1/chains/work/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
			return ids
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			return ids
		}
		said, err := io.ReadAll(resp.Body)
		if err != nil {
			return ids
		}
		if resp.StatusCode == http.StatusServiceUnavailable {
			return ids
		}
		var job struct{ ID string }
		if err := json.Unmarshal(said, &job); err != nil || resp.StatusCode != http.StatusAccepted || !strings.HasSuffix(resp.Header.Get("Location"), job.ID) {
			t.Errorf("%s %s", resp.Status, said)
			return ids
		}
		ids = append(ids, job.ID)
		took()
	}
}

// Every job that was accepted ends with one result, though the server ends while
// clients submit and the worker is at it, twice.
func TestNoAcceptedJobIsLost(t *testing.T) {
	var mu sync.Mutex
	done := map[string]int{}
	work := made(t, "work", func(ctx context.Context, i in) (string, error) {
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return "", ctx.Err()
		}
		mu.Lock()
		defer mu.Unlock()
		done[chain.RunOf(ctx).ID]++
		return strings.ToUpper(i.Text), nil
	})
	dir := t.TempDir()
	var accepted []string
	for range 2 {
		s := open(t, dir, work)
		var clients sync.WaitGroup
		enough := make(chan struct{})
		n := 0
		for client := range 8 {
			clients.Go(func() {
				ids := submit(t, s.addr, client, func() {
					mu.Lock()
					defer mu.Unlock()
					if n++; n == 200 {
						close(enough)
					}
				})
				mu.Lock()
				defer mu.Unlock()
				accepted = append(accepted, ids...)
			})
		}
		<-enough
		s.stop() // clients are still at it
		clients.Wait()
	}
	last := open(t, dir, work)
	defer last.stop()
	for _, id := range accepted {
		var job *jobs.Job
		until(t, "job "+id+" is over", func() bool {
			var err error
			if job, err = last.backend.Load(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			return job.State.Final()
		})
		text, _ := job.Input["text"].(string)
		if job.State != jobs.Succeeded || job.Result.Values["out"] != strings.ToUpper(text) {
			t.Errorf("%s: %s %v", id, job.State, job.Problem)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for _, id := range accepted {
		if done[id] != 1 {
			t.Errorf("%s was done %d times", id, done[id])
		}
	}
	t.Logf("%d jobs were accepted, %d done", len(accepted), len(done))
}
