package project

import (
	"fmt"
	"slices"
	"strings"

	"github.com/causeway-go/causeway/internal/nearest"
)

// Suggest says which of known was probably meant by word: "did you mean …?"
// when one is near, else the list of them.
func Suggest(word string, known []string) string {
	names := slices.Sorted(slices.Values(known))
	best := nearest.Word(word, names)
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(names) == 0:
		return "there are none"
	case len(names) == 1:
		return fmt.Sprintf("there is only %q", names[0])
	default:
		return "there are " + strings.Join(names, ", ")
	}
}
