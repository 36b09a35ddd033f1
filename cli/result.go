package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/screen"
)

// writeJSON writes v as one indented JSON document.
func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// runReport is what run --json prints: the chain's result, or why there is
// none.
type runReport struct {
	Chain    string `json:"chain"`
	Scripted bool   `json:"scripted,omitempty"` // the answers are the emulator's
	Error    string `json:"error,omitempty"`
	*chain.Result
}

// writeValues writes what a run came to as plain text, in the order of names:
// the value itself when there is one, else each after its name. What skipped
// steps left is no text.
func writeValues(w io.Writer, names []string, values chain.Values) error {
	if len(names) == 1 {
		return writeValue(w, values[names[0]])
	}
	for _, name := range names {
		if values[name] == nil {
			continue
		}
		text := screen.Compact(values[name])
		sep := " "
		if strings.Contains(text, "\n") {
			sep = "\n"
		}
		if _, err := fmt.Fprintf(w, "%s:%s%s\n", name, sep, strings.TrimRight(text, "\n")); err != nil {
			return err
		}
	}
	return nil
}

func writeValue(w io.Writer, v any) error {
	if s, ok := v.(string); ok {
		_, err := fmt.Fprintln(w, strings.TrimRight(s, "\n"))
		return err
	}
	return writeJSON(w, v)
}
