// Web is a page that asks a chain and shows everything while it happens: waits
// for the model's quota, tool calls, the answer as it arrives. Answers can be
// stopped, asked further and voted on.
//
//	go run ./examples/web          on this machine alone, with scripted replies
//	go run ./examples/web -live    on Amazon Bedrock, with your AWS configuration
//
// It runs until Enter is pressed. Where nobody can press it (standard input is
// closed) it asks itself one question, as curl would, and ends.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

func main() {
	live := flag.Bool("live", false, "ask Amazon Bedrock, with the AWS configuration of this machine")
	model := flag.String("model", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "model or inference-profile `id`")
	addr := flag.String("addr", "127.0.0.1:8080", "loopback `address` to listen on; port 0 is any")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *model, *live, *addr, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, model string, live bool, addr string, in io.Reader, out io.Writer) error {
	desk, where, err := load(ctx, model, live)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%w (-addr names another address)", err)
	}
	api := serve.New([]*chain.Chain{desk}, &serve.Options{
		Feedback: votes{out},
		Log:      slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	server := &http.Server{Handler: site(api, where, l.Addr()), ReadHeaderTimeout: 10 * time.Second}
	gone := make(chan error, 1)
	go func() { gone <- server.Serve(l) }()
	url := "http://" + l.Addr().String()
	fmt.Fprintf(out, "%s\nthe page is at %s; Enter stops it\n", where, url)

	err = attend(ctx, url, in, out)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err = errors.Join(err, api.Shutdown(grace), server.Shutdown(grace)) // streams that go on are finished
	if ended := <-gone; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// attend waits until somebody presses Enter. Where nobody can, it asks a
// question, and that is that.
func attend(ctx context.Context, url string, in io.Reader, out io.Writer) error {
	read := make(chan error, 1)
	go func() {
		_, err := bufio.NewReader(in).ReadString('\n')
		read <- err
	}()
	select {
	case err := <-read:
		if errors.Is(err, io.EOF) {
			return ask(ctx, url, out)
		}
		return err
	case <-ctx.Done():
		return nil
	}
}

// votes tells what people think of answers, with the prompt that made them. A
// real desk keeps them: see package experiment.
type votes struct{ out io.Writer }

func (v votes) Add(_ context.Context, f serve.Feedback) error {
	for _, p := range f.Prompts {
		fmt.Fprintf(v.out, "vote on run %s, by %s version %d: %s %q\n", f.RunID, p.Ref, p.Version, f.Thumbs, f.Comment)
	}
	return nil
}
