// Approval has an agent pay money back: it waits for a human, and its process
// dies twice on the way. Each process begins where the one before ended, and
// the money is paid once. Replies are scripted.
//
//	go run ./examples/approval
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/causeway-go/causeway/chain"
)

const (
	runID     = "case-1017"
	complaint = "My order 1017 came broken. I want my 25 EUR back."
)

func main() {
	if act := os.Getenv("APPROVAL_ACT"); act != "" { // one of the processes below
		if err := play(context.Background(), act, os.Getenv("APPROVAL_DIR"), os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "approval:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(os.Stdout, os.Args[0]); err != nil {
		fmt.Fprintln(os.Stderr, "approval:", err)
		os.Exit(1)
	}
}

// run starts one process after another.
func run(out io.Writer, exe string) error {
	dir, err := os.MkdirTemp("", "approval")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintln(out, "scripted replies from the Bedrock emulator")
	for i, act := range []string{"ask", "approve", "finish"} {
		fmt.Fprintf(out, "\nprocess %d\n", i+1)
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), "APPROVAL_ACT="+act, "APPROVAL_DIR="+dir)
		cmd.Stdout, cmd.Stderr = out, os.Stderr
		if err := cmd.Run(); act != "finish" {
			fmt.Fprintf(out, "  the process has died: %v\n", err)
		} else if err != nil {
			return err
		}
	}
	paid, err := os.ReadFile(filepath.Join(dir, "bank"))
	fmt.Fprintf(out, "\nthe bank's book:\n%s", paid)
	return err
}

// play is one process: the first asks, the second is told yes, the third only
// goes on.
func play(ctx context.Context, act, dir string, out io.Writer) error {
	desk, err := newDesk(dir)
	if err != nil {
		return err
	}
	o := &chain.RunOptions{RunID: runID, Events: func(e chain.Event) { watch(e, act, out) }}
	var res *chain.Result
	switch act {
	case "ask":
		res, err = desk.Run(ctx, chain.Values{"complaint": complaint}, o)
	case "approve":
		res, err = desk.Resume(ctx, runID, chain.Values{"approved": true}, o)
	default:
		res, err = desk.Resume(ctx, runID, nil, o)
	}
	if err != nil {
		return err
	}
	if i := res.Interrupt; i != nil {
		fmt.Fprintf(out, "  waits: %s %s(%s)\n", i.Question, i.Tool.Name, i.Tool.Arguments)
		os.Exit(137) // nobody answers for hours, and the machine is taken away
	}
	fmt.Fprintf(out, "  answer: %s\n", res.Values["answer"])
	return nil
}

// watch tells what happens, and ends the second process at the worst moment.
func watch(e chain.Event, act string, out io.Writer) {
	switch e.Kind {
	case chain.ToolCall:
		fmt.Fprintf(out, "  calls %s(%s)\n", e.Tool.Name, e.Tool.Arguments)
	case chain.ToolResult:
		fmt.Fprintf(out, "  gets  %s\n", e.Tool.Result)
		if act == "approve" && e.Tool.Name == "refund" {
			os.Exit(137) // the money is paid, the customer has not been told
		}
	}
}
