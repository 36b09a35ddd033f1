package templates

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// TestResult is how one golden test of a prompt file ended.
type TestResult struct {
	Name    string   `json:"name"`
	Line    int      `json:"line"`
	Failed  []string `json:"failed,omitempty"` // what was not as expected; empty is a pass
	Message string   `json:"-"`                // the rendered text, for a person to look at; never put it in a log
}

// OK reports whether the test passed.
func (r TestResult) OK() bool { return len(r.Failed) == 0 }

// Test runs the file's golden tests: each renders the prompt and looks at the
// text. No model is called.
func (t *Template) Test() []TestResult {
	out := make([]TestResult, len(t.tests))
	for i := range t.tests {
		out[i] = t.test(&t.tests[i])
		if out[i].Name == "" {
			out[i].Name = "tests[" + strconv.Itoa(i) + "]"
		}
	}
	return out
}

func (t *Template) test(c *test) TestResult {
	r := TestResult{Name: c.name, Line: c.node.Line}
	vars := maps.Clone(c.input)
	if vars == nil {
		vars = map[string]any{}
	}
	if c.history != nil && t.historyKey() != "" {
		vars[t.historyKey()] = c.history
	}
	p, err := t.Render(vars)
	if c.fails != "" {
		if err == nil {
			r.fail("it rendered, and was to fail with %q", c.fails)
		} else if !strings.Contains(err.Error(), c.fails) {
			r.fail("it failed, but not with %q: %v", c.fails, err)
		}
		return r
	}
	if err != nil {
		r.fail("%v", err)
		return r
	}
	r.Message = Transcript(p)
	for _, want := range c.contains {
		if !strings.Contains(r.Message, want) {
			r.fail("the text does not contain %q", want)
		}
	}
	for _, not := range c.excludes {
		if strings.Contains(r.Message, not) {
			r.fail("the text contains %q", not)
		}
	}
	if c.messages != nil {
		r.compare(c.messages, p.Messages)
	}
	return r
}

func (r *TestResult) fail(format string, args ...any) {
	r.Failed = append(r.Failed, fmt.Sprintf(format, args...))
}

// compare holds the rendered messages against those expected, one by one.
func (r *TestResult) compare(want []wantMessage, got []llms.MessageContent) {
	if len(want) != len(got) {
		r.fail("there are %d messages, want %d", len(got), len(want))
	}
	for i := range min(len(want), len(got)) {
		text := textOf(got[i])
		if role := roleName(got[i].Role); role != want[i].role {
			r.fail("message %d is the %s's, want %s", i+1, role, want[i].role)
		}
		if want[i].text != nil && text != *want[i].text {
			r.fail("message %d differs from the text expected", i+1)
		}
		for _, part := range want[i].contains {
			if !strings.Contains(text, part) {
				r.fail("message %d does not contain %q", i+1, part)
			}
		}
	}
}

// Transcript shows a rendered prompt to a person: a line for each role, then
// what it says. Media and cache points are named in brackets.
func Transcript(p *Prompt) string {
	var b strings.Builder
	for _, m := range p.Messages {
		fmt.Fprintf(&b, "%s:\n%s\n", roleName(m.Role), textOf(m))
	}
	return b.String()
}

func roleName(r llms.ChatMessageType) string {
	switch r {
	case llms.ChatMessageTypeHuman:
		return "user"
	case llms.ChatMessageTypeAI:
		return "assistant"
	}
	return string(r)
}

func textOf(m llms.MessageContent) string {
	texts := make([]string, len(m.Parts))
	for i, p := range m.Parts {
		switch p := p.(type) {
		case llms.TextContent:
			texts[i] = p.Text
		case message.Guarded:
			texts[i] = p.Text
		default:
			texts[i] = "[" + strings.TrimPrefix(fmt.Sprintf("%T", p), "message.") + "]"
		}
	}
	return strings.Join(texts, "\n")
}

// Sample renders the prompt with stand-ins, so that somebody can look at it:
// the first golden test's input where there is one, defaults, and values made
// from the schemas for the rest.
func (t *Template) Sample() (*Prompt, error) {
	vars := map[string]any{}
	for i := range t.tests {
		if t.tests[i].fails == "" {
			maps.Copy(vars, t.tests[i].input)
			break
		}
	}
	for name, in := range t.inputs {
		if _, given := vars[name]; given || in.hasDefault {
			continue
		}
		if in.media != "" {
			if in.required {
				vars[name] = "s3://bucket/" + name + sampleExtension(in.media)
			}
			continue
		}
		vars[name] = in.sample(name)
	}
	return t.Render(vars)
}

func sampleExtension(mediaType string) string {
	kind, _, _ := strings.Cut(mediaType, "/*")
	for _, ext := range slices.Sorted(maps.Keys(extensions)) {
		if extensions[ext] == mediaType || strings.HasPrefix(extensions[ext], kind+"/") {
			return "." + ext
		}
	}
	return ".pdf"
}

// sample makes a value of the shape, as far as a shape tells.
func (s *shape) sample(name string) any {
	if len(s.enum) > 0 {
		return s.enum[0]
	}
	kind := "string"
	if len(s.types) > 0 {
		kind = s.types[0]
	}
	switch kind {
	case "boolean":
		return true
	case "null":
		return nil
	case "integer", "number":
		low := 1.0
		if s.schema.Minimum != nil {
			low = *s.schema.Minimum
		} else if s.schema.Maximum != nil {
			low = min(low, *s.schema.Maximum)
		}
		return json.Number(string(appendFloat(nil, low)))
	case "array":
		return s.sampleList(name)
	case "object":
		object := map[string]any{}
		for name, p := range s.properties {
			object[name] = p.sample(name)
		}
		return object
	}
	return s.sampleText(name)
}

func (s *shape) sampleList(name string) any {
	item := &shape{schema: s.schema}
	if s.items != nil {
		item = s.items
	}
	n := 2
	if s.schema.MinItems != nil {
		n = max(n, *s.schema.MinItems)
	}
	if s.schema.MaxItems != nil {
		n = min(n, *s.schema.MaxItems)
	}
	list := make([]any, n)
	for i := range list {
		list[i] = item.sample(name)
	}
	return list
}

func (s *shape) sampleText(name string) string {
	text := "(" + name + ")"
	if least := s.schema.MinLength; least != nil && len(text) < *least {
		text += strings.Repeat(".", *least-len(text))
	}
	if most := s.schema.MaxLength; most != nil && len(text) > *most {
		text = text[:*most]
	}
	return text
}
