package emulator

import (
	"encoding/json"
	"strings"
	"unicode"
)

// pickTool finds the tool the question asks for; nil when none does.
func pickTool(r *Request, question string) *ToolSpec {
	specs := r.Tools()
	if len(specs) == 0 {
		return nil
	}
	forced, must := choice(r.ToolConfig.ToolChoice)
	asked := wordSet(question)
	var best *ToolSpec
	score := 0
	for _, s := range specs {
		if s.Name == forced {
			return s
		}
		if n := affinity(s, asked); n > score {
			best, score = s, n
		}
	}
	if best == nil && must {
		return specs[0]
	}
	return best
}

// choice reads toolChoice: the tool it names, and whether one must be called.
func choice(c map[string]json.RawMessage) (string, bool) {
	var tool struct {
		Name string `json:"name"`
	}
	if raw, ok := c["tool"]; ok && json.Unmarshal(raw, &tool) == nil {
		return tool.Name, true
	}
	_, must := c["any"]
	return "", must
}

// affinity counts shared words: one of the name weighs two, and two of the
// description are needed where the name shares none.
func affinity(s *ToolSpec, asked map[string]bool) int {
	name, described := 0, 0
	for w := range wordSet(s.Name) {
		if asked[w] {
			name += 2
		}
	}
	if s.Description != nil {
		for w := range wordSet(*s.Description) {
			if asked[w] {
				described++
			}
		}
	}
	if name == 0 && described < 2 {
		return 0
	}
	return name + described
}

// fillers are words that every question shares with every description.
var fillers = map[string]bool{
	"the": true, "and": true, "for": true, "from": true, "with": true, "that": true, "this": true, "what": true, "which": true,
	"where": true, "when": true, "who": true, "how": true, "are": true, "was": true, "you": true, "your": true, "can": true,
	"get": true, "use": true, "tool": true, "its": true, "has": true, "have": true, "does": true, "will": true, "please": true,
	"one": true, "give": true, "given": true, "return": true, "returns": true, "about": true, "look": true, "find": true,
}

// wordSet splits text, snake_case and camelCase into words of three letters
// and more, plurals without their s.
func wordSet(text string) map[string]bool {
	words := make(map[string]bool)
	var word []rune
	end := func() {
		w := strings.TrimSuffix(strings.ToLower(string(word)), "s")
		if len(w) >= 3 && !fillers[w] && !fillers[strings.ToLower(string(word))] {
			words[w] = true
		}
		word = word[:0]
	}
	lower := false
	for _, c := range text {
		if lower && unicode.IsUpper(c) || !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			end()
		}
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			word = append(word, c)
		}
		lower = unicode.IsLower(c)
	}
	end()
	return words
}
