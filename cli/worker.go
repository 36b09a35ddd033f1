package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/spf13/cobra"
)

type workerFlags struct {
	places  places
	metrics string
	log     bool
	reload  bool
	options jobs.WorkerOptions
}

func (a *app) workerCommand() *cobra.Command {
	var f workerFlags
	cmd := &cobra.Command{
		Use:   "worker [FILE | FOLDER]...",
		Short: "Do the jobs that causeway serve accepts into a queue",
		Long: `worker does the jobs of the queue that causeway.yaml names, with the chains of a
folder. Any number of workers may run, on any number of machines: a job whose
worker dies is taken up by another, which goes on where the checkpoints end. On
SIGTERM a worker takes no further job, and gives back what it cannot finish.

Files that change are read again, as by causeway serve.`,
		Example: `  causeway worker chains/
  causeway worker chains/ --parallel 32 --metrics 127.0.0.1:9090`,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return a.work(cmd.Context(), args, f)
		}),
	}
	flags := cmd.Flags()
	flags.IntVar(&f.options.Parallel, "parallel", 0, "jobs at once; 0 is 8")
	flags.DurationVar(&f.options.Patience, "patience", 0, "how much `time` a job is tried again while the model throttles or is down; 0 is a day")
	flags.DurationVar(&f.options.Timeout, "timeout", 0, "the most `time` an attempt gets; 0 is 15 minutes")
	flags.DurationVar(&f.options.Grace, "grace", 0, "how much `time` jobs get to finish after SIGTERM; 0 is 20 seconds")
	flags.StringVar(&f.metrics, "metrics", "", "`host:port` that answers /metrics and /healthz, for those inside your network")
	flags.BoolVar(&f.log, "log", true, "tell what goes wrong, on stderr")
	flags.BoolVar(&f.reload, "reload", true, "read files again when they change")
	placesFlags(cmd, &f.places)
	return cmd
}

func (a *app) work(ctx context.Context, args []string, f workerFlags) error {
	s := &site{app: a, args: args, places: f.places}
	defer s.close()
	chains, err := s.start(ctx)
	if err != nil {
		return err
	}
	w := s.workspace
	if w.project.Jobs.Queue == "" {
		return usagef("there is no queue: write jobs: {queue: https://sqs…, bucket: s3://…} into causeway.yaml (jobs in a folder are done by causeway serve itself)")
	}
	var o serve.Options
	if f.log {
		f.options.Log = slog.New(slog.NewTextHandler(a.io.Err, nil))
	}
	if o.Callbacks, err = w.callbacks(); err != nil {
		return err
	}
	if o.Jobs, err = w.queueJobs(ctx); err != nil {
		return err
	}
	s.count(&o)
	s.server = serve.New(chains, &o)
	worker, err := s.worker(&o, &f.options)
	if err != nil {
		return err
	}
	w.tell()
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait() // before s is closed
	defer stop()
	if f.metrics != "" {
		l, err := net.Listen("tcp", f.metrics)
		if err != nil {
			return fmt.Errorf("cannot listen on %s: %w", f.metrics, err)
		}
		beside.Go(func() { answerScrapes(ctx, l, o.Metrics.Handler()) })
	}
	if f.reload {
		beside.Go(func() { s.watch(ctx) })
	}
	fmt.Fprintf(a.io.Err, "doing the jobs of %s with %s: %s\n", w.project.Jobs.Queue, screen.Count(len(chains), "chain"), strings.Join(chainNames(chains), ", "))
	worker.Run(ctx)
	return nil
}

// answerScrapes serves the metrics until ctx ends.
func answerScrapes(ctx context.Context, l net.Listener, metrics http.Handler) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	server := &http.Server{Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	_ = server.Serve(l) // until it is closed
}
