package nearest

import (
	"strings"
	"testing"
)

func TestWord(t *testing.T) {
	known := []string{"prompt", "prompts", "tools", "timeout", "as", "maxTurns"}
	for word, want := range map[string]string{
		"promt":                   "prompt",
		"prmopt":                  "prompt", // a swap is one slip
		"PROMPT":                  "prompt",
		"timout":                  "timeout",
		"maxturns":                "maxTurns",
		"sa":                      "as",
		"a":                       "",
		"zebra":                   "",
		"":                        "",
		strings.Repeat("a", 1000): "",
	} {
		if got := Word(word, known); got != want {
			t.Errorf("%.20q: %q, want %q", word, got, want)
		}
	}
}
