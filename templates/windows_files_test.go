package templates_test

import (
	"strings"
	"testing"

	"github.com/causeway-go/causeway/templates"
)

// TestFilesFromWindows: a byte order mark and CRLF line ends are read.
func TestFilesFromWindows(t *testing.T) {
	file := "\uFEFF" + strings.ReplaceAll("schema: causeway.prompt/v1\nname: a\nsystem: |\n  one\n  two\nmessages:\n  - user: hi\n", "\n", "\r\n")
	tmpl, err := templates.Parse([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	p, err := tmpl.Render(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := templates.Transcript(p); got != "system:\none\ntwo\n\nuser:\nhi\n" {
		t.Errorf("%q", got)
	}
}
