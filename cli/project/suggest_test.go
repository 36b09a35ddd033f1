package project

import "testing"

func TestSuggest(t *testing.T) {
	known := []string{"run", "check", "prompts"}
	for word, want := range map[string]string{
		"rnu":    `did you mean "run"?`,
		"chek":   `did you mean "check"?`,
		"PROMPT": `did you mean "prompts"?`,
		"x":      "there are check, prompts, run",
		"serve":  "there are check, prompts, run",
	} {
		if got := Suggest(word, known); got != want {
			t.Errorf("Suggest(%q) = %s, want %s", word, got, want)
		}
	}
	if got := Suggest("x", nil); got != "there are none" {
		t.Errorf("of nothing: %s", got)
	}
}
