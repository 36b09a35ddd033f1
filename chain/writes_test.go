package chain

import (
	"context"
	"testing"
)

func TestWrites(t *testing.T) {
	text := func(name, output string) Step {
		return Func(name, func(context.Context, struct{}) (string, error) { return name, nil }, &FuncOptions{Output: output})
	}
	inner := must(t, []Step{text("sort", "topic"), text("write", "answer")}, &Options{Output: []string{"topic", "answer"}})
	c := must(t, []Step{
		text("plan", "plan"),
		Branch("way", []Case{
			{When: `plan == "a"`, Steps: []Step{inner.Step("deep")}},
			{Steps: []Step{text("think", "thought"), With(text("short", "answer"), &StepOptions{OnError: []Step{text("sorry", "answer")}})}},
		}, nil),
		Loop("again", 2, []Step{text("count", "n"), text("polish", "final")}, nil),
	}, nil)
	for path, want := range map[string]bool{
		"way/deep/write":          true,
		"way/deep/sort":           false,
		"way/short":               true,
		"way/short/onError/sorry": true,
		"way/think":               false,
		"way/nobody":              false,
		"plan":                    false,
		"way":                     true,
		"":                        false,
	} {
		if c.Writes("answer", path) != want {
			t.Errorf("the answer is written by %q: %v, want %v", path, !want, want)
		}
	}
	if !c.Writes("final", "again/2/polish") || c.Writes("final", "again/2/count") || c.Writes("final", "again/2") {
		t.Error("the rounds of a loop")
	}
}

// What a chain returns is known when its prompts have been asked for.
func TestCheckLearnsTheOutputs(t *testing.T) {
	r := registry(t, says())
	c := must(t, []Step{
		Prompt("triage", says(), FromLibrary(r.Templates, "support/triage@production"), nil),
		With(Prompt("answer", says(), FromLibrary(r.Templates, "support/answer@production"), nil), &StepOptions{With: map[string]string{"queue": `"bug"`}}),
	}, &Options{Input: ticketOnly()})
	before := c.OutputSchema().Properties
	if kinds(before["answer"]) != nil || !c.Conversational() {
		t.Errorf("before the check: %v", before["answer"])
	}
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := c.OutputSchema().Properties
	if after["answer"].Type != "string" || after["triage"].Type != "object" || !c.Conversational() {
		t.Errorf("after the check: %v, %v", after["triage"], after["answer"])
	}
}
