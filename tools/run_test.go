package tools_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tmc/langchaingo/llms"
	"go.uber.org/goleak"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/tools"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type nap struct {
	For string `json:"for"`
}

// sleeper sleeps as long as it is told, and heeds its context.
func sleeper(t *testing.T, o *tools.Options) *tools.Tool {
	t.Helper()
	tool, err := tools.New("sleep", "Sleep.", func(ctx context.Context, in nap) (string, error) {
		d, err := time.ParseDuration(in.For)
		if err != nil {
			return "", err
		}
		select {
		case <-time.After(d):
			return "slept " + in.For, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	return tool
}

func TestRunIsParallelAndOrdered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := mustSet(t, sleeper(t, nil))
		var calls []llms.ToolCall
		for i := range 10 {
			calls = append(calls, call(fmt.Sprint(i), "sleep", fmt.Sprintf(`{"for":"%ds"}`, 10-i)))
		}
		began := time.Now()
		var reports []string
		results := set.Run(t.Context(), calls, &tools.RunOptions{
			MaxParallel: 20,
			Finished:    func(r tools.Report) { reports = append(reports, r.Call.ID) },
		})
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("ten naps of up to 10s took %v side by side", took)
		}
		for i, r := range results {
			if want := fmt.Sprintf("slept %ds", 10-i); r.ToolCallID != fmt.Sprint(i) || textOf(r) != want {
				t.Errorf("result %d is %s %q; want %q", i, r.ToolCallID, textOf(r), want)
			}
		}
		if got := strings.Join(reports, ""); got != "9876543210" {
			t.Errorf("reported in the order %s; want that of their ends", got)
		}
		began = time.Now()
		set.Run(t.Context(), calls[:4], &tools.RunOptions{MaxParallel: 1})
		if took := time.Since(began); took != 34*time.Second {
			t.Errorf("naps of 10, 9, 8 and 7s took %v one after the other", took)
		}
	})
}

func TestRunIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		busy, err := tools.New("busy", "Be busy.", func(context.Context, struct{}) (string, error) {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			return "", nil
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		mustSet(t, busy).Run(t.Context(), slicesRepeat(call("x", "busy", ""), 100), nil)
		if most.Load() != tools.DefaultMaxParallel {
			t.Errorf("%d calls ran at once; want %d", most.Load(), tools.DefaultMaxParallel)
		}
	})
}

// TestOneSetForEverybody has 1,000 goroutines share a set.
func TestOneSetForEverybody(t *testing.T) {
	set := mustSet(t, weatherTool(t, nil), tools.Calculator(), tools.Clock())
	var group sync.WaitGroup
	for n := range 1000 {
		group.Go(func() {
			want := fmt.Sprint(n * 3)
			results := set.Run(t.Context(), []llms.ToolCall{
				call("1", "calculator", fmt.Sprintf(`{"expression":"%d * 3"}`, n)), call("2", "weather", `{"city":"Ghent","days":99}`), call("3", "clock", ""),
			}, nil)
			if textOf(results[0]) != want || !results[1].IsError || results[2].IsError || len(set.Definitions()) != 3 {
				t.Errorf("goroutine %d: %q, %v, %v", n, textOf(results[0]), results[1].IsError, results[2].IsError)
			}
		})
	}
	group.Wait()
}

func slicesRepeat(c llms.ToolCall, n int) []llms.ToolCall {
	calls := make([]llms.ToolCall, n)
	for i := range calls {
		calls[i] = c
	}
	return calls
}

func TestTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		deaf, err := tools.New("deaf", "Heeds nothing.", func(context.Context, struct{}) (string, error) {
			<-release
			return "too late", nil
		}, &tools.Options{Timeout: 3 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		set := mustSet(t, deaf, sleeper(t, &tools.Options{Timeout: 5 * time.Second}))
		var errs []error
		began := time.Now()
		results := set.Run(t.Context(), []llms.ToolCall{call("1", "deaf", "{}"), call("2", "sleep", `{"for":"1h"}`)},
			&tools.RunOptions{Finished: func(r tools.Report) { errs = append(errs, r.Err) }})
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("Run took %v; want 5s", took)
		}
		for i, want := range []string{"tool deaf gave no answer within 3s", "tool sleep gave no answer within 5s"} {
			if got := textOf(results[i]); got != want || !results[i].IsError {
				t.Errorf("result %d is %q, error %v; want the error %q", i, got, results[i].IsError, want)
			}
			if timeout, ok := errors.AsType[*tools.TimeoutError](errs[i]); !ok || !errors.Is(timeout, context.DeadlineExceeded) {
				t.Errorf("reported %v; want a *TimeoutError that is a DeadlineExceeded", errs[i])
			}
		}
	})
}

func TestCancelledRunReturnsSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := mustSet(t, sleeper(t, nil))
		ctx, cancel := context.WithCancel(t.Context())
		calls := []llms.ToolCall{call("1", "sleep", `{"for":"1s"}`), call("2", "sleep", `{"for":"50s"}`), call("3", "sleep", `{"for":"50s"}`)}
		time.AfterFunc(2*time.Second, cancel)
		began := time.Now()
		results := set.Run(ctx, calls, &tools.RunOptions{MaxParallel: 2})
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("cancelled after 2s, Run took %v", took)
		}
		for i, want := range []string{"slept 1s", "context canceled", "context canceled"} {
			if textOf(results[i]) != want {
				t.Errorf("result %d is %q; want %q", i, textOf(results[i]), want)
			}
		}
	})
}

func TestGoexitAndPanicWithError(t *testing.T) {
	boom := errors.New("boom")
	gone, err := tools.New("gone", "Ends its goroutine.", func(context.Context, struct{}) (string, error) {
		runtime.Goexit()
		return "", nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	panics, err := tools.New("panics", "Panics.", func(context.Context, struct{}) (string, error) { panic(boom) },
		&tools.Options{ErrorText: func(err error) string {
			if errors.Is(err, boom) {
				return "the boiler is cold"
			}
			return ""
		}})
	if err != nil {
		t.Fatal(err)
	}
	var got error
	results := mustSet(t, gone, panics).Run(t.Context(), []llms.ToolCall{call("1", "gone", ""), call("2", "panics", "")},
		&tools.RunOptions{Finished: func(r tools.Report) { got = errors.Join(got, r.Err) }})
	if textOf(results[0]) != "the tool ended its goroutine without an answer" || !results[0].IsError {
		t.Errorf("Goexit is told as %q", textOf(results[0]))
	}
	if textOf(results[1]) != "the boiler is cold" {
		t.Errorf("a panic is told as %q; want what the author says", textOf(results[1]))
	}
	if p, ok := errors.AsType[*tools.PanicError](got); !ok || len(p.Stack) == 0 || !errors.Is(got, boom) {
		t.Errorf("reported %v; want a *PanicError with its stack", got)
	}
}

func TestResults(t *testing.T) {
	png := message.Image{MIMEType: "image/png", Data: []byte{1, 2, 3}}
	for _, tt := range []struct {
		name string
		out  any
		want []llms.ContentPart
	}{
		{"text", "hello", parts(llms.TextContent{Text: "hello"})},
		{"blank", " \n", parts(llms.TextContent{Text: "done; the tool returned nothing"})},
		{"nil", nil, parts(llms.TextContent{Text: "done; the tool returned nothing"})},
		{"object", map[string]any{"a<b": 1}, parts(message.JSON{Value: []byte(`{"a<b":1}`)})},
		{"list", []int{1, 2}, parts(llms.TextContent{Text: "[1,2]"})},
		{"number", 42, parts(llms.TextContent{Text: "42"})},
		{"part", png, parts(png)},
		{"parts", []llms.ContentPart{llms.TextContent{Text: "see"}, png}, parts(llms.TextContent{Text: "see"}, png)},
		{"result", message.ToolResult{Parts: parts(png)}, parts(png)},
		{"long", strings.Repeat("é", 40), parts(llms.TextContent{Text: strings.Repeat("é", 10) + "\n[cut: these are the first 20 of 80 bytes; ask for less to see the rest]"})},
		{"odd cut", "x" + strings.Repeat("é", 40), parts(llms.TextContent{Text: "x" + strings.Repeat("é", 9) + "\n[cut: these are the first 19 of 81 bytes; ask for less to see the rest]"})},
		{"large file", message.Image{Data: make([]byte, 5_000_000)}, parts(llms.TextContent{Text: "[left out: a file of 5000000 bytes; the limit is 4500000]"})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tool, err := tools.New("give", "Give.", func(context.Context, struct{}) (any, error) { return tt.out, nil }, &tools.Options{MaxResult: 20})
			if err != nil {
				t.Fatal(err)
			}
			r := mustSet(t, tool).Run(t.Context(), []llms.ToolCall{call("1", "give", "{}")}, nil)[0]
			if r.IsError {
				t.Errorf("it is an error: %s", textOf(r))
			}
			if diff := diffParts(r.Parts, tt.want); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFailedResultAndUnencodable(t *testing.T) {
	failed, err := tools.New("failed", "Fail softly.", func(context.Context, struct{}) (message.ToolResult, error) {
		return message.ToolResult{Parts: parts(llms.TextContent{Text: "no stock"}), IsError: true}, nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	odd, err := tools.New("odd", "Give what is not JSON.", func(context.Context, struct{}) (any, error) { return make(chan int), nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	results := mustSet(t, failed, odd).Run(t.Context(), []llms.ToolCall{call("1", "failed", ""), call("2", "odd", ""), {ID: "3"}}, nil)
	for i, want := range []string{"no stock", "encode the result: json: unsupported type: chan int", `there is no tool ""; the tools are failed, odd`} {
		if textOf(results[i]) != want || !results[i].IsError {
			t.Errorf("result %d is %q, error %v; want the error %q", i, textOf(results[i]), results[i].IsError, want)
		}
	}
}
