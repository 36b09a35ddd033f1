package emulator

import (
	"fmt"
	"regexp"
	"strings"
)

// Match chooses requests: all fields that are set must fit. A string fits when
// it occurs, in whatever case; between slashes, as in "/order (\\d+)/", it is
// a regular expression.
type Match struct {
	Text         string // in the text of the last message; see Request.Text
	Question     string // in the newest text of a user; see Request.Question
	Conversation string // in the text of any message
	System       string // in the system prompt
	ToolResult   string // in a tool result of the last message
	ResultOf     string // the name of the tool whose result ends the conversation
	Tool         string // the name of a tool on offer
	Model        string // in the model id
	Turn         int    // Request.Turn
	NoToolResult bool   // the last message holds none
}

type matcher struct {
	fields []fieldMatcher
	turn   int
	fresh  bool
}

type fieldMatcher struct {
	pattern *regexp.Regexp
	of      func(*Request) []string
}

func (m Match) compile() (matcher, error) {
	out := matcher{turn: m.Turn, fresh: m.NoToolResult}
	one := func(f func(*Request) string) func(*Request) []string {
		return func(r *Request) []string { return []string{f(r)} }
	}
	for _, f := range []struct {
		name, pattern string
		of            func(*Request) []string
	}{
		{"text", m.Text, one((*Request).Text)},
		{"question", m.Question, one((*Request).Question)},
		{"toolResult", m.ToolResult, resultTexts},
		{"conversation", m.Conversation, one((*Request).Conversation)},
		{"system", m.System, one((*Request).SystemText)},
		{"resultOf", exactly(m.ResultOf), resultNames},
		{"tool", exactly(m.Tool), offeredNames},
		{"model", m.Model, one(func(r *Request) string { return r.ModelID })},
	} {
		if f.pattern == "" {
			continue
		}
		re, err := compilePattern(f.pattern)
		if err != nil {
			return matcher{}, fmt.Errorf("the pattern of %s: %w", f.name, err)
		}
		out.fields = append(out.fields, fieldMatcher{re, f.of})
	}
	return out, nil
}

// fits returns the groups of the first field's pattern.
func (m matcher) fits(r *Request) ([]string, bool) {
	if m.turn > 0 && m.turn != r.Turn() || m.fresh && len(r.Results()) > 0 {
		return nil, false
	}
	var groups []string
	for i, f := range m.fields {
		found := f.find(r)
		if found == nil {
			return nil, false
		}
		if i == 0 || len(groups) <= 1 {
			groups = found
		}
	}
	return groups, true
}

func (f fieldMatcher) find(r *Request) []string {
	for _, text := range f.of(r) {
		if g := f.pattern.FindStringSubmatch(text); g != nil {
			return g
		}
	}
	return nil
}

func compilePattern(s string) (*regexp.Regexp, error) {
	if len(s) > 1 && strings.HasPrefix(s, "/") && strings.HasSuffix(s, "/") {
		return regexp.Compile(s[1 : len(s)-1])
	}
	return regexp.Compile("(?i)" + regexp.QuoteMeta(s))
}

func exactly(name string) string {
	if name == "" {
		return ""
	}
	return "/^" + regexp.QuoteMeta(name) + "$/"
}

func resultTexts(r *Request) []string {
	var out []string
	for _, t := range r.Results() {
		out = append(out, t.Text())
	}
	return out
}

func resultNames(r *Request) []string {
	var out []string
	for _, t := range r.Results() {
		out = append(out, r.ToolName(t.ID))
	}
	return out
}

func offeredNames(r *Request) []string {
	var out []string
	for _, t := range r.Tools() {
		out = append(out, t.Name)
	}
	return out
}
