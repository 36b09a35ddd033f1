package tools_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/tools"
)

func call(id, name, arguments string) llms.ToolCall {
	return llms.ToolCall{ID: id, Type: "function", FunctionCall: &llms.FunctionCall{Name: name, Arguments: arguments}}
}

func textOf(r message.ToolResult) string {
	var b strings.Builder
	for _, p := range r.Parts {
		if t, ok := message.Text(p); ok {
			b.WriteString(t)
		}
	}
	return b.String()
}

func mustSet(t *testing.T, list ...*tools.Tool) *tools.Set {
	t.Helper()
	s, err := tools.NewSet(list...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type weather struct {
	City string `json:"city" jsonschema:"where" minLength:"1"`
	Days int    `json:"days,omitempty" minimum:"1" maximum:"14" default:"3"`
	Unit string `json:"unit" enum:"celsius,fahrenheit" default:"celsius"`
}

func weatherTool(t *testing.T, o *tools.Options) *tools.Tool {
	t.Helper()
	w, err := tools.New("weather", "Tell the weather.", func(_ context.Context, in weather) (weather, error) { return in, nil }, o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestRunAnswersEveryCall(t *testing.T) {
	panics, err := tools.New("panics", "Panics.", func(context.Context, struct{}) (string, error) { panic("secret") }, nil)
	if err != nil {
		t.Fatal(err)
	}
	fails, err := tools.New("fails", "Fails.", func(context.Context, struct{}) (string, error) { return "", errors.New("the database is down") }, nil)
	if err != nil {
		t.Fatal(err)
	}
	set := mustSet(t, weatherTool(t, nil), panics, fails)
	tests := []struct {
		name, arguments, want string
		isError               bool
	}{
		{"weather", `{"city":"Ghent"}`, `{"city":"Ghent","days":3,"unit":"celsius"}`, false},
		{"weather", ` { "city" : "Ghent", "days": 2.0 } `, `{"city":"Ghent","days":2,"unit":"celsius"}`, false},
		{"weather", `{"city":"","days":15,"unit":"kelvin","contry":"be"}`, "city: want at least 1 characters, got 0\n- days: want at most 14\n- unit: want one of [\"celsius\",\"fahrenheit\"]\n- there is no field \"contry\"; the fields are city, days, unit", true},
		{"weather", `{"citi":"Ghent"}`, `there is no field "citi"; did you mean "city"? the fields are city, days, unit` + "\n- city: it is missing; want a string", true},
		{"weather", `{"city":5}`, "city: want a string, got a whole number", true},
		{"weather", `{"city":"Ghent","days":2.5}`, "days: want a whole number", true},
		{"weather", `{"city":"Ghent"`, "they are not JSON: they stop too early, after 15 bytes", true},
		{"weather", `nonsense`, "they are not JSON: invalid character 'o' in literal null (expecting 'u'), at byte 2", true},
		{"weather", `[]`, "want an object, got an array", true},
		{"weather", ``, "city: it is missing; want a string", true},
		{"wether", `{}`, `there is no tool "wether"; did you mean "weather"? the tools are weather, panics, fails`, true},
		{"panics", ``, "the tool failed unexpectedly", true},
		{"fails", `{}`, "the database is down", true},
	}
	var calls []llms.ToolCall
	for i, tt := range tests {
		calls = append(calls, call(string(rune('a'+i)), tt.name, tt.arguments))
	}
	results := set.Run(t.Context(), calls, nil)
	for i, tt := range tests {
		r := results[i]
		if r.ToolCallID != calls[i].ID || r.Name != tt.name || r.IsError != tt.isError || !strings.Contains(textOf(r), tt.want) {
			t.Errorf("%s(%s) = %q, error %v; want %q", tt.name, tt.arguments, textOf(r), r.IsError, tt.want)
		}
	}
}
