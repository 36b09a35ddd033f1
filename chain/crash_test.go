package chain

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
	"go.uber.org/goleak"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/tools"
)

// TestMain lets the test binary play the program that crashes.
func TestMain(m *testing.M) {
	if dir := os.Getenv("CAUSEWAY_CRASH_DIR"); dir != "" {
		if err := crashingProgram(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "the tests left something behind:", err)
		code = 1
	}
	os.Exit(code)
}

// killer ends the process, with no chance to tidy up, before or after it adds
// its nth entry.
type killer struct {
	Checkpointer
	left  int
	after bool
}

func (k *killer) Append(ctx context.Context, runID string, seq int, entry []byte) error {
	k.left--
	if k.left == 0 && !k.after {
		die()
	}
	err := k.Checkpointer.Append(ctx, runID, seq, entry)
	if k.left == 0 {
		die()
	}
	return err
}

func die() {
	p, _ := os.FindProcess(os.Getpid())
	_ = p.Kill()
	select {}
}

// replies answers by what it sees, so that every process gets the same.
type replies struct{ log func(string) }

func (m replies) GenerateContent(_ context.Context, msgs []llms.MessageContent, _ ...llms.CallOption) (*llms.ContentResponse, error) {
	results := 0
	for _, msg := range msgs {
		if msg.Role == llms.ChatMessageTypeTool {
			results += len(msg.Parts)
		}
	}
	m.log(fmt.Sprintf("model %d", results))
	choice := &llms.ContentChoice{Content: "done"}
	switch results {
	case 0:
		choice = calls("act", `{"word":"a"}`, "act", `{"word":"b"}`)
	case 2:
		choice = calls("act", `{"word":"c"}`)
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{choice}}, nil
}

func (m replies) Call(ctx context.Context, prompt string, o ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, o...)
}

func crashingProgram(dir string) error {
	t := &testing.T{}
	log := func(line string) {
		f, err := os.OpenFile(filepath.Join(dir, "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, _ = f.WriteString(line + "\n") // one write: lines never mix
			_ = f.Close()
		}
	}
	checkpoints, err := NewFileCheckpoints(filepath.Join(dir, "runs"))
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(os.Getenv("CAUSEWAY_CRASH_AT"))
	store, err := memory.NewFileStore(filepath.Join(dir, "memory"))
	if err != nil {
		return err
	}
	act := tool(t, "act", func(ctx context.Context, w word) (string, error) {
		log("tool " + w.Word + " " + tools.IdempotencyKey(ctx))
		return "did " + w.Word, nil
	})
	note := func(name string) Step {
		return Func(name, func(ctx context.Context, _ Values) (string, error) { log("func " + RunOf(ctx).Step); return name, nil }, nil)
	}
	c, err := New("crash", []Step{
		note("first"),
		Agent("agent", replies{log}, Template(parsed(t, strings.Split(answerPrompt, "\n")...)), set(t, act), &AgentOptions{MaxParallel: 1}),
		Parallel("both", []Step{note("left"), note("right")}, &ParallelOptions{Max: 1}),
		ForEach("each", "1..2", []Step{note("item_note")}, nil),
		Approve("ok", "Fine?", nil),
		With(note("last"), &StepOptions{When: "ok.approved"}),
	}, &Options{Checkpoints: &killer{checkpoints, n, os.Getenv("CAUSEWAY_CRASH_AFTER") != ""}, Memory: store})
	if err != nil {
		return err
	}
	res, err := c.Resume(context.Background(), "r", nil, nil)
	if err != nil && strings.Contains(err.Error(), ErrNoRun.Error()) {
		res, err = c.Run(context.Background(), Values{"ticket": "t", "queue": "q"}, &RunOptions{RunID: "r", Session: "s"})
	}
	if err == nil && res.Interrupt != nil {
		res, err = c.Resume(context.Background(), "r", Values{"approved": true}, nil)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(res.Values)
}

// program runs the crashing program once and returns what it printed, and
// whether it lived to the end.
func program(t *testing.T, dir string, at int, after bool) (string, bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "CAUSEWAY_CRASH_DIR="+dir, "CAUSEWAY_CRASH_AT="+strconv.Itoa(at))
	if after {
		cmd.Env = append(cmd.Env, "CAUSEWAY_CRASH_AFTER=1")
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil && errs.Len() > 0 {
		t.Fatalf("the program failed: %v: %s", err, errs.String())
	}
	return string(out), err == nil
}

// TestCrashAtEveryBoundary kills a real process before and after every entry
// it writes down, and lets another finish its run.
func TestCrashAtEveryBoundary(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a hundred processes")
	}
	whole, ok := program(t, t.TempDir(), 0, false)
	if !ok {
		t.Fatal("the program died without being told to")
	}
	for _, after := range []bool{false, true} {
		boundaries := 0
		for at := 1; ; at += stride {
			dir := t.TempDir()
			if _, lived := program(t, dir, at, after); lived {
				break
			}
			boundaries++
			out, lived := program(t, dir, 0, false)
			if !lived {
				t.Fatalf("killed at %d, the second process died too", at)
			}
			if diff := cmp.Diff(whole, out); diff != "" {
				t.Errorf("killed at %d (after=%v): %s", at, after, diff)
			}
			checkLog(t, dir, at, after, 1)
		}
		t.Logf("after=%v: %d boundaries", after, boundaries)
		if boundaries < 15/stride {
			t.Errorf("only %d boundaries were met", boundaries)
		}
	}
	if stride == 1 {
		dieAtEveryEntry(t, whole)
	}
}

// dieAtEveryEntry is the worst of days: every process claims the run, writes one
// entry more, and dies.
func dieAtEveryEntry(t *testing.T, whole string) {
	t.Helper()
	dir := t.TempDir()
	for tries := 0; ; tries++ {
		if out, lived := program(t, dir, 2, true); lived {
			if diff := cmp.Diff(whole, out); diff != "" {
				t.Error(diff)
			}
			break
		}
		if tries > 40 {
			t.Fatal("the run makes no progress")
		}
	}
	checkLog(t, dir, 2, true, 40)
}

// checkLog holds what was done against what may be done: killed after an
// entry, nothing is done twice but the one thing that had not been written
// down; and a tool that is called again gets the same key.
func checkLog(t *testing.T, dir string, at int, after bool, deaths int) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	count := map[string]int{}
	keys := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		count[s.Text()]++
		if word, key, ok := strings.Cut(strings.TrimPrefix(s.Text(), "tool "), " "); ok && strings.HasPrefix(s.Text(), "tool ") {
			if old := keys[word]; old != "" && old != key {
				t.Errorf("killed at %d: tool %s was called with the keys %s and %s", at, word, old, key)
			}
			keys[word] = key
		}
	}
	repeats := 0
	for line, n := range count {
		repeats += n - 1
		if after && n > 1 && !strings.HasPrefix(line, "model ") {
			t.Errorf("killed after entry %d: %q was done %d times", at, line, n)
		}
	}
	if repeats > deaths {
		t.Errorf("killed at %d (after=%v): %d things were done again: %v", at, after, repeats, count)
	}
	store, err := memory.NewFileStore(filepath.Join(dir, "memory"))
	if err != nil {
		t.Fatal(err)
	}
	h, err := store.Load(t.Context(), "s")
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Messages) != 6 { // the question, two turns of calls with results, the answer
		t.Errorf("killed at %d (after=%v): the conversation has %d messages", at, after, len(h.Messages))
	}
}
