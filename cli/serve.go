package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/serve"
	"github.com/spf13/cobra"
)

// keysVariable holds the keys that callers of serve must show.
const keysVariable = "CAUSEWAY_KEYS"

// lookEvery is how often serve looks for changed files.
const lookEvery = time.Second

type serveFlags struct {
	places   places
	addr     string
	log      bool
	reload   bool
	parallel int
	options  serve.Options
}

func (a *app) serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve [FILE | FOLDER]...",
		Short: "Serve chains over HTTP: answers, streams, WebSockets and jobs",
		Long: `serve puts the chains of a folder behind HTTP, each at /v1/chains/NAME/runs; / and
/openapi.json tell the rest. Files that change are read again: a version without
faults takes over at once, one with faults is told and the last good one stays.

Jobs (/v1/chains/NAME/jobs) are kept in the folder .causeway/jobs and done by the
server itself, or, where causeway.yaml names a queue, by causeway worker.

Callers show one of the keys in the variable CAUSEWAY_KEYS (separated by commas)
as their bearer token. Without keys only this machine may call.`,
		Example: `  causeway serve chains/
  causeway serve support.yaml --addr 127.0.0.1:8080 --emulator replies.yaml`,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return a.serve(cmd.Context(), args, f)
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", "127.0.0.1:8080", "`host:port` to listen on")
	flags.StringArrayVar(&f.options.Origins, "origin", nil, "an `origin` whose pages may call, such as https://app.example.com")
	flags.IntVar(&f.options.MaxRuns, "max-runs", 0, "runs at once, further ones are answered 429; 0 is 256")
	flags.IntVar(&f.parallel, "jobs", 0, "jobs at once, where the server does them itself; 0 is 8")
	flags.DurationVar(&f.options.Timeout, "timeout", 0, "the most `time` a run gets; 0 is two minutes")
	flags.BoolVar(&f.log, "log", true, "tell every request and every run that fails, on stderr")
	flags.BoolVar(&f.reload, "reload", true, "read files again when they change")
	placesFlags(cmd, &f.places)
	return cmd
}

func (a *app) serve(ctx context.Context, args []string, f serveFlags) error {
	o := f.options
	if f.log {
		o.Log = slog.New(slog.NewTextHandler(a.io.Err, nil))
	}
	if keys := commaList(a.io.Getenv(keysVariable)); len(keys) > 0 {
		o.Auth = serve.BearerKeys(keys...)
	}
	s := &site{app: a, args: args, places: f.places}
	defer s.close()
	chains, err := s.start(ctx)
	if err != nil {
		return err
	}
	if o.Feedback, err = s.feedback(); err != nil {
		return err
	}
	work, err := s.takeJobs(ctx, &o, f.parallel)
	if err != nil {
		return err
	}
	s.server = serve.New(chains, &o)
	l, err := net.Listen("tcp", f.addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", f.addr, err)
	}
	if o.Auth == nil && !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
		return errors.Join(usagef("%s can be reached from other machines: set keys in %s, or listen on 127.0.0.1", f.addr, keysVariable), l.Close())
	}
	s.workspace.tell()
	fmt.Fprintf(a.io.Err, "serving %s: %s\n", screen.Count(len(chains), "chain"), strings.Join(chainNames(chains), ", "))
	fmt.Fprintln(a.io.Out, "http://"+l.Addr().String())
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	if f.reload {
		beside.Go(func() { s.watch(ctx) })
	}
	if work != nil {
		beside.Go(func() { work.Run(ctx) })
	}
	defer beside.Wait() // before s is closed
	defer stop()
	return serve.Serve(ctx, l, s.server)
}

func chainNames(chains []*chain.Chain) []string {
	names := make([]string, len(chains))
	for i, c := range chains {
		names[i] = c.Name()
	}
	return names
}
