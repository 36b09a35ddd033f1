package cli

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/screen"
	"github.com/google/jsonschema-go/jsonschema"
	"gopkg.in/yaml.v3"
)

// canAsk reports whether a person sits in front of the command, who can answer
// what a run waits for.
func (a *app) canAsk(f runFlags) bool {
	return !f.json && screen.IsTerminal(a.io.In) && screen.IsTerminal(a.io.Err)
}

// ask puts the question of an interrupted run and returns the answer.
func (a *app) ask(ctx context.Context, i *chain.Interrupt) (chain.Values, error) {
	style := a.errStyle()
	fmt.Fprintln(a.io.Err, "\n"+style.Yellow("‖ "+screen.Visible(i.Step, 200)+" asks: ")+style.Bold(screen.Visible(i.Question, 1000)))
	for _, line := range asked(i) {
		fmt.Fprintln(a.io.Err, "  "+line)
	}
	answer := chain.Values{}
	for _, name := range answerFields(i.Answer) {
		p := i.Answer.Properties[name]
		required := slices.Contains(i.Answer.Required, name)
		text, err := a.question(ctx, "  "+name+hint(p, required)+": ")
		if err != nil {
			return nil, err
		}
		if text != "" {
			answer[name] = scalar(text)
		}
	}
	return answer, nil
}

// asked lists what whoever answers should see.
func asked(i *chain.Interrupt) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(i.Values)) {
		lines = append(lines, name+": "+screen.Visible(screen.Compact(i.Values[name]), 2000))
	}
	if i.Tool != nil {
		lines = append(lines, "tool: "+screen.Visible(i.Tool.Name+" "+i.Tool.Arguments, 2000))
	}
	return lines
}

// answerFields orders the fields of an answer: those that must be given first.
func answerFields(s *jsonschema.Schema) []string {
	if s == nil {
		return nil
	}
	fields := slices.Clone(s.Required)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
	}
	return fields
}

// hint says what may be typed for a field.
func hint(p *jsonschema.Schema, required bool) string {
	var words []string
	switch {
	case p != nil && p.Type == "boolean":
		words = append(words, "yes or no")
	case p != nil && p.Type != "" && p.Type != "string":
		words = append(words, p.Type)
	}
	if !required {
		words = append(words, "or nothing")
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// question reads one line, or gives up when ctx ends.
func (a *app) question(ctx context.Context, prompt string) (string, error) {
	fmt.Fprint(a.io.Err, prompt)
	if a.lines == nil {
		a.lines = bufio.NewReader(a.io.In)
	}
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1) // the reader may outlive us: nothing interrupts a read
	go func() {
		text, err := a.lines.ReadString('\n')
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		return strings.TrimSpace(l.text), l.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// scalar reads what a person typed as YAML would: yes, no and numbers are what
// they look like, everything else is text.
func scalar(text string) any {
	switch strings.ToLower(text) {
	case "yes", "y":
		return true
	case "no", "n":
		return false
	}
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return text
	}
	switch n := v.(type) {
	case bool, float64:
		return v
	case int:
		return float64(n)
	}
	return text
}

// answerOf reads the answer to a question from --set and --input.
func (f inputFlags) answerOf() (chain.Values, error) {
	if len(f.set)+len(f.setFile) == 0 && f.input == "" {
		return nil, nil
	}
	if f.input != "" || len(f.setFile) > 0 {
		return nil, usagef("with --resume, give the answer with --set name=value")
	}
	answer := chain.Values{}
	for _, pair := range f.set {
		name, text, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, usagef("--set %s: write name=value", pair)
		}
		answer[name] = scalar(text)
	}
	return answer, nil
}
