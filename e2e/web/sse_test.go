package web

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/causeway-go/causeway/e2e/internal/npm"
)

type event struct{ Type, Data, ID string }

// The reader keeps to the WHATWG's rules wherever the network cuts a stream.
func TestSSE(t *testing.T) {
	dir := npm.Installed(t)
	code, err := os.ReadFile("../../examples/web/page/sse.js")
	if err != nil {
		t.Fatal(err)
	}
	module := filepath.Join(t.TempDir(), "sse.mjs") // to Node, a .js file is none by itself
	if err := os.WriteFile(module, code, 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		stream string
		want   []event
	}{
		{"id: 1\nevent: token\ndata: {\"text\":\"ü – 🚂\"}\n\n", []event{{"token", `{"text":"ü – 🚂"}`, "1"}}},
		{"id: 1\r\nevent: a\r\ndata: x\r\n\r\nid: 2\r\ndata: y\r\n\r\n", []event{{"a", "x", "1"}, {"message", "y", "2"}}},
		{"data: x\r\rdata: y\r\r", []event{{"message", "x", ""}, {"message", "y", ""}}},
		{"data: one\ndata:two\ndata:  three\n\n", []event{{"message", "one\ntwo\n three", ""}}},
		{": still here\n\nevent: nothing\n\ndata\n\n", []event{{"message", "", ""}}},
		{"\ufeffdata: x\n\n", []event{{"message", "x", ""}}},
		{"id: 7\ndata: x\n\ndata: y\n\nid: a\x00b\ndata: z\n\nid\ndata: w\n\n", []event{{"message", "x", "7"}, {"message", "y", "7"}, {"message", "z", "7"}, {"message", "w", ""}}},
		{"data: a:b: c\nfoo: bar\nretry: 10\n\n", []event{{"message", "a:b: c", ""}}},
		{"data: whole\n\ndata: cut short\n", []event{{"message", "whole", ""}}},
		{"", []event{}},
	}
	var cases []string
	for _, tt := range tests {
		cases = append(cases, tt.stream)
	}
	var got []struct {
		Events  []event
		Differs []string
	}
	node(t, dir, "sse.mjs", map[string]any{"module": module, "cases": cases}, &got)
	if len(got) != len(tests)+2 {
		t.Fatalf("%d reports", len(got))
	}
	for i, g := range got {
		want := []event{{"message", "now", ""}} // told at once
		if i < len(tests) {
			want = tests[i].want
		} else if i > len(tests) {
			want = []event{} // the connection was let go
		}
		if diff := cmp.Diff(want, g.Events); diff != "" {
			t.Errorf("case %d (-want +got):\n%s", i, diff)
		}
		if len(g.Differs) > 0 {
			t.Errorf("case %d is read otherwise when cut: %.300q", i, g.Differs)
		}
	}
}
