package chain

import (
	"strings"

	"github.com/causeway-go/causeway/internal/nearest"
)

// didYouMean is the hint for an unknown name: the nearest word, or all of them.
func didYouMean(name string, words []string) string {
	if near := nearest.Word(name, words); near != "" {
		return "did you mean " + near + "?"
	}
	if len(words) == 0 {
		return ""
	}
	return "there is " + listed(words)
}

// listed joins words for a sentence, the first ten of them.
func listed(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	if len(words) > 10 {
		return strings.Join(words[:10], ", ") + ", ..."
	}
	return strings.Join(words, ", ")
}
