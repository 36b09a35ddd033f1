package yamlroot

import (
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	if root, p := Of([]byte("a: 1\n"), "s/v1"); p != nil || len(root.Content) != 2 {
		t.Errorf("a mapping of one key: %v, %v", root, p)
	}
	for _, tt := range []struct {
		name, body, want string
		line, column     int
	}{
		{"binary", "a: \x00", "not a text file", 0, 0},
		{"not UTF-8", "\xff", "not a text file", 0, 0},
		{"empty", "", "starts with: schema: s/v1", 0, 0},
		{"two documents", "a: 1\n---\nb: 2\n", "a second document", 2, 1},
		{"no YAML", "a: 1\nb: [\n", "not YAML: ", 2, 1},
		{"no YAML in the second", "a: 1\n---\nb: [\n", "not YAML: ", 3, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root, p := Of([]byte(tt.body), "s/v1")
			if root != nil || p == nil || !strings.Contains(p.Message, tt.want) {
				t.Fatalf("%v, %+v", root, p)
			}
			if (p.Line > 0) != (tt.line > 0) || p.Column != tt.column {
				t.Errorf("at %d:%d, want about %d:%d", p.Line, p.Column, tt.line, tt.column)
			}
		})
	}
}
