package jobs_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"sync"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/jobs"
)

func Example() {
	ctx, stop := context.WithCancel(context.Background())
	dir, err := os.MkdirTemp("", "jobs")
	check(err)
	defer os.RemoveAll(dir)
	backend, err := jobs.NewFolder(dir, nil)
	check(err)
	defer backend.Close()

	report, err := chain.New("report", []chain.Step{
		chain.Func("write", func(_ context.Context, in chain.Values) (string, error) {
			return fmt.Sprint("a long report on ", in["topic"]), nil
		}, &chain.FuncOptions{Inputs: []string{"topic"}}),
	}, nil)
	check(err)
	worker, err := jobs.NewWorker(backend, func(string) *chain.Chain { return report }, nil)
	check(err)
	var working sync.WaitGroup
	working.Go(func() { worker.Run(ctx) })

	job, err := jobs.Submit(ctx, backend, &jobs.Job{
		Status: jobs.Status{Chain: "report"}, Input: chain.Values{"topic": "tea"},
	})
	check(err)
	fmt.Println(job.State)
	for !job.State.Final() {
		time.Sleep(time.Millisecond)
		job, err = backend.Load(ctx, job.ID)
		check(err)
	}
	fmt.Println(job.State, job.Result.Values["write"])
	stop()
	working.Wait()
	// Output:
	// queued
	// succeeded a long report on tea
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
