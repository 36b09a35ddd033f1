package emulator

import (
	"encoding/json"
	"regexp"
	"strings"
)

// Guardrail is a guardrail the emulator knows: words it blocks and patterns it
// masks. It judges by the letters, not by the sense.
type Guardrail struct {
	Words         []string          // blocked wherever they occur, in whatever case
	Mask          map[string]string // regular expressions by the name they are masked with: EMAIL makes {EMAIL}
	BlockedInput  string            // what a blocked question is answered with
	BlockedOutput string            // what a blocked answer is replaced by
}

// The default messages are those of the console.
const blockedMessage = "Sorry, the model cannot answer this question."

type guardrail struct {
	Guardrail
	mask map[string]*regexp.Regexp
}

// finding is what a guardrail found in a text.
type finding struct {
	words  []string
	masked map[string][]string // matches by name
	text   string              // with its masks applied
}

func (f *finding) intervened() bool { return len(f.words) > 0 || len(f.masked) > 0 }

func compileGuardrail(g Guardrail) *guardrail {
	out := &guardrail{Guardrail: g, mask: make(map[string]*regexp.Regexp)}
	for name, pattern := range g.Mask {
		out.mask[name] = regexp.MustCompile(pattern)
	}
	return out
}

// judge looks for words first; masks matter only where nothing is blocked.
func (g *guardrail) judge(text string) finding {
	f := finding{text: text}
	for _, w := range g.Words {
		if w != "" && strings.Contains(strings.ToLower(text), strings.ToLower(w)) {
			f.words = append(f.words, w)
		}
	}
	for _, name := range sortedKeys(g.mask) {
		if found := g.mask[name].FindAllString(f.text, -1); found != nil {
			if f.masked == nil {
				f.masked = make(map[string][]string)
			}
			f.masked[name] = found
			f.text = g.mask[name].ReplaceAllLiteralString(f.text, "{"+name+"}")
		}
	}
	return f
}

// assessment is the finding as the service reports it.
func (f *finding) assessment() map[string]any {
	a := make(map[string]any)
	var custom []any
	for _, w := range f.words {
		custom = append(custom, map[string]any{"action": "BLOCKED", "detected": true, "match": w})
	}
	if custom != nil {
		a["wordPolicy"] = map[string]any{"customWords": custom, "managedWordLists": []any{}}
	}
	var regexes []any
	for _, name := range sortedKeys(f.masked) {
		for _, m := range f.masked[name] {
			regexes = append(regexes, map[string]any{"action": "ANONYMIZED", "detected": true, "match": m, "name": name})
		}
	}
	if regexes != nil {
		a["sensitiveInformationPolicy"] = map[string]any{"piiEntities": []any{}, "regexes": regexes}
	}
	return a
}

// guard applies the guardrail of a request to its input. It returns the reply
// that takes the model's place, nil when the model is asked.
func (e *Emulator) guard(req *Request) (*guardrail, *Reply, *Failure) {
	if req.GuardrailConfig == nil || e.guardrails == nil {
		return nil, nil, nil
	}
	g, ok := e.guardrails[req.GuardrailConfig.ID]
	if !ok {
		return nil, nil, invalid(msgGuardrail)
	}
	if f := g.judge(guardedText(req)); len(f.words) > 0 {
		r := TextReply(orDefault(g.BlockedInput))
		r.StopReason = "guardrail_intervened"
		r.Trace = trace(req.GuardrailConfig, "inputAssessment", f)
		return g, r, nil
	}
	return g, nil, nil
}

// shield applies the guardrail to what the model answers.
func (g *guardrail) shield(req *Request, r *Reply) {
	for i, b := range r.Content {
		if b.Text == nil {
			continue
		}
		f := g.judge(*b.Text)
		if !f.intervened() {
			continue
		}
		if len(f.words) > 0 {
			f.text = orDefault(g.BlockedOutput)
		}
		r.Content[i].Text, r.Chunks = &f.text, nil
		r.StopReason = "guardrail_intervened"
		r.Trace = trace(req.GuardrailConfig, "outputAssessments", f)
	}
}

func orDefault(message string) string {
	if message == "" {
		return blockedMessage
	}
	return message
}

// trace is there only when the request asks for it.
func trace(c *GuardrailConfig, side string, f finding) json.RawMessage {
	if c.Trace != "enabled" && c.Trace != "enabled_full" {
		return nil
	}
	assessment := any(f.assessment())
	if side == "outputAssessments" {
		assessment = []any{assessment}
	}
	raw, err := marshal(map[string]any{"guardrail": map[string]any{side: map[string]any{c.ID: assessment}}})
	if err != nil {
		return nil
	}
	return raw
}

// guardedText is what a guardrail looks at: the guarded content where there is
// any, else every text of the last message.
func guardedText(req *Request) string {
	var parts []string
	for _, m := range req.Messages {
		for _, b := range m.Content {
			if b.Guarded != nil {
				parts = append(parts, b.text())
			}
		}
	}
	if parts == nil {
		return req.Text()
	}
	return strings.Join(parts, "\n")
}
