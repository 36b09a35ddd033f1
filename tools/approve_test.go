package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/tools"
)

type refund struct {
	Order string `json:"order"`
	Cents int    `json:"cents" minimum:"1"`
}

// refunds is a tool that needs approval, and the refunds it made.
func refunds(t *testing.T, o tools.Options) (*tools.Set, *[]refund) {
	t.Helper()
	made := new([]refund)
	o.NeedsApproval = true
	tool, err := tools.New("refund", "Pay money back.", func(_ context.Context, in refund) (string, error) {
		*made = append(*made, in)
		return "paid", nil
	}, &o)
	if err != nil {
		t.Fatal(err)
	}
	return mustSet(t, tool), made
}

func TestApproval(t *testing.T) {
	asked := 0
	hook := func(d tools.Decision, err error) func(context.Context, tools.Request) (tools.Decision, error) {
		return func(_ context.Context, r tools.Request) (tools.Decision, error) {
			asked++
			if r.Tool.Name() != "refund" || r.Call.ID != "1" {
				t.Errorf("asked about %+v", r)
			}
			return d, err
		}
	}
	for _, tt := range []struct {
		name      string
		own       func(context.Context, tools.Request) (tools.Decision, error)
		run       func(context.Context, tools.Request) (tools.Decision, error)
		arguments string
		want      string
		made      int // cents paid back
		asked     int
	}{
		{"nobody", nil, nil, `{"order":"A","cents":5}`, "the call of refund was not approved and was not run: it needs approval, and nobody is there to give it", 0, 0},
		{"allowed", nil, hook(tools.Decision{Allow: true}, nil), `{"order":"A","cents":5}`, "paid", 5, 1},
		{"changed", nil, hook(tools.Decision{Allow: true, Arguments: `{"order":"A","cents":3}`}, nil), `{"order":"A","cents":5}`, "paid", 3, 1},
		{"changed badly", nil, hook(tools.Decision{Allow: true, Arguments: `{"order":"A","cents":0}`}, nil), `{"order":"A","cents":5}`, "the arguments of refund are wrong; nothing was run\n- cents: want at least 1", 0, 1},
		{"denied", nil, hook(tools.Decision{Reason: "too much"}, nil), `{"order":"A","cents":5}`, "the call of refund was not approved and was not run: too much", 0, 1},
		{"own hook first", hook(tools.Decision{}, nil), hook(tools.Decision{Allow: true}, nil), `{"order":"A","cents":5}`, "the call of refund was not approved and was not run", 0, 1},
		{"hook fails", nil, hook(tools.Decision{Allow: true}, errors.New("no line")), `{"order":"A","cents":5}`, "the call of refund was not run: its approval failed: no line", 0, 1},
		{"hook panics", nil, func(context.Context, tools.Request) (tools.Decision, error) { panic("secret") }, `{"order":"A","cents":5}`, "the call of refund was not run: its approval failed", 0, 0},
		{"bad arguments", nil, hook(tools.Decision{Allow: true}, nil), `{"order":"A","cents":-1}`, "the arguments of refund are wrong; nothing was run\n- cents: want at least 1", 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked = 0
			set, made := refunds(t, tools.Options{Approve: tt.own})
			r := set.Run(t.Context(), []llms.ToolCall{call("1", "refund", tt.arguments)}, &tools.RunOptions{Approve: tt.run})[0]
			if textOf(r) != tt.want || r.IsError != (tt.made == 0) {
				t.Errorf("answered %q, error %v; want %q", textOf(r), r.IsError, tt.want)
			}
			paid := 0
			for _, m := range *made {
				paid += m.Cents
			}
			if paid != tt.made || asked != tt.asked {
				t.Errorf("paid %d, asked %d times; want %d and %d", paid, asked, tt.made, tt.asked)
			}
		})
	}
}

func TestNeedsApproval(t *testing.T) {
	set, _ := refunds(t, tools.Options{})
	own, _ := refunds(t, tools.Options{Approve: func(context.Context, tools.Request) (tools.Decision, error) { return tools.Decision{}, nil }})
	var none *tools.Set
	for _, tt := range []struct {
		name string
		set  *tools.Set
		call llms.ToolCall
		want bool
	}{
		{"a good call", set, call("1", "refund", `{"order":"A","cents":5}`), true},
		{"a call that cannot run", set, call("1", "refund", `{}`), false},
		{"an unknown tool", set, call("1", "refunds", `{}`), false},
		{"no function", set, llms.ToolCall{}, false},
		{"a tool that asks itself", own, call("1", "refund", `{"order":"A","cents":5}`), false},
		{"an empty set", none, call("1", "refund", `{"order":"A","cents":5}`), false},
	} {
		if got := tt.set.NeedsApproval(tt.call); got != tt.want {
			t.Errorf("%s needs approval: %v; want %v", tt.name, got, tt.want)
		}
	}
}

func TestCallOfToolThatNeedsApproval(t *testing.T) {
	set, made := refunds(t, tools.Options{})
	tool, _ := set.Get("refund")
	_, err := tool.Call(t.Context(), `{"order":"A","cents":5}`)
	if _, ok := errors.AsType[*tools.DeniedError](err); !ok || len(*made) > 0 {
		t.Errorf("Call = %v and made %v; want a *DeniedError and nothing", err, *made)
	}
	set, made = refunds(t, tools.Options{Approve: func(context.Context, tools.Request) (tools.Decision, error) {
		return tools.Decision{Allow: true}, nil
	}})
	tool, _ = set.Get("refund")
	if got, err := tool.Call(t.Context(), `{"order":"A","cents":5}`); err != nil || got != "paid" || len(*made) != 1 {
		t.Errorf("Call = %q, %v and made %v", got, err, *made)
	}
}

func TestIdempotencyKey(t *testing.T) {
	tool, err := tools.New("key", "Tell the key.", func(ctx context.Context, _ struct{}) (string, error) {
		return tools.IdempotencyKey(ctx), nil
	}, &tools.Options{Idempotent: true})
	if err != nil {
		t.Fatal(err)
	}
	if tools.IdempotencyKey(t.Context()) != "" || !tool.Idempotent() {
		t.Error("a key outside of a call, or a tool that forgot that it is idempotent")
	}
	set := mustSet(t, tool)
	turn := []llms.ToolCall{call("1", "key", ""), call("2", "key", "")}
	for o, want := range map[*tools.RunOptions][2]string{
		nil:                                {"1", "2"},
		{IdempotencyKey: "run-7/answer/1"}: {"run-7/answer/1/1", "run-7/answer/1/2"},
	} {
		got := set.Run(t.Context(), turn, o)
		if textOf(got[0]) != want[0] || textOf(got[1]) != want[1] {
			t.Errorf("keys %q and %q; want %q", textOf(got[0]), textOf(got[1]), want)
		}
	}
}

func TestRepeatedFailuresAreStopped(t *testing.T) {
	runs := 0
	fails, err := tools.New("find", "Find.", func(context.Context, map[string]any) (string, error) {
		runs++
		return "", errors.New("not found")
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	set := mustSet(t, fails)
	history := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "find 1")}
	for n := range 6 {
		// The model writes the same arguments now this way, now that.
		c := call(string(rune('a'+n)), "find", []string{`{"id":1,"deep":true}`, `{ "deep": true, "id": 1 }`}[n%2])
		results := set.Run(t.Context(), []llms.ToolCall{c}, &tools.RunOptions{History: history})
		want := "not found"
		if n >= tools.DefaultMaxRepeats {
			want = "this call of find has failed"
		}
		if got := textOf(results[0]); len(got) < len(want) || got[:len(want)] != want || !results[0].IsError {
			t.Errorf("call %d is answered %q; want %q", n, got, want)
		}
		history = append(history,
			llms.MessageContent{Role: llms.ChatMessageTypeAI, Parts: parts(c)},
			llms.MessageContent{Role: llms.ChatMessageTypeHuman, Parts: parts(results[0])})
	}
	if runs != tools.DefaultMaxRepeats {
		t.Errorf("the function ran %d times; want %d", runs, tools.DefaultMaxRepeats)
	}
	again := call("x", "find", `{"id":1,"deep":true}`)
	if n := tools.Failures(history, again); n != 6 {
		t.Errorf("Failures = %d; want 6", n)
	}
	if n := tools.Failures(history, call("x", "find", `{"id":2,"deep":true}`)); n != 0 {
		t.Errorf("other arguments have %d failures", n)
	}
	history = append(history, llms.TextParts(llms.ChatMessageTypeHuman, "try again"))
	if n := tools.Failures(history, again); n != 0 {
		t.Errorf("after somebody said something, %d failures count", n)
	}
}

func TestSet(t *testing.T) {
	set := mustSet(t, weatherTool(t, nil), tools.Calculator(), tools.Clock())
	defs := set.Definitions()
	if len(defs) != 3 || defs[0].Function.Name != "weather" || defs[0].Type != "function" {
		t.Fatalf("definitions: %+v", defs)
	}
	if raw, ok := defs[0].Function.Parameters.(json.RawMessage); !ok || !json.Valid(raw) {
		t.Errorf("parameters are %T", defs[0].Function.Parameters)
	}
	sub, err := set.Subset("clock", "weather")
	if err != nil || len(sub.Names()) != 2 || sub.Names()[0] != "clock" {
		t.Errorf("Subset = %v, %v", sub.Names(), err)
	}
	_, err = set.Subset("clocks", "calendar")
	want := "there is no tool \"clocks\"; did you mean \"clock\"? the tools are weather, calculator, clock\nthere is no tool \"calendar\"; the tools are weather, calculator, clock"
	if err == nil || err.Error() != want {
		t.Errorf("Subset of what is not there: %v; want\n%s", err, want)
	}
	if _, err := tools.NewSet(tools.Clock(), tools.Clock()); err == nil {
		t.Error("two tools of one name are taken")
	}
	if _, err := tools.NewSet(nil); err == nil {
		t.Error("a nil tool is taken")
	}
	var none *tools.Set
	if _, ok := none.Get("x"); ok || none.Definitions() != nil || none.Names() != nil {
		t.Error("a nil set is not empty")
	}
	if r := none.Run(t.Context(), []llms.ToolCall{call("1", "x", "")}, nil); textOf(r[0]) != `there is no tool "x"; there are none` {
		t.Errorf("a nil set answers %q", textOf(r[0]))
	}
}
