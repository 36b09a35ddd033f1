package main

import (
	"bufio"
	"strings"
	"testing"
)

func TestExample(t *testing.T) {
	for _, tt := range []struct {
		name, typed string
		yes         bool
		want        []string
		paid        bool
	}{
		{"allowed", "y\n", false, []string{"25.00 EUR are on their way", "idempotency key example/3/"}, true},
		{"by flag", "", true, []string{"25.00 EUR are on their way"}, true},
		{"refused", "n\n", false, []string{"a colleague will look at it today"}, false},
		{"nobody there", "", false, []string{"(nobody there)", "a colleague will look at it today"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			d := desk{in: bufio.NewReader(strings.NewReader(tt.typed)), out: &out, yes: tt.yes}
			if err := run(t.Context(), "us.anthropic.claude-haiku-4-5-20251001-v1:0", false, d); err != nil {
				t.Fatal(err)
			}
			got := out.String()
			for _, w := range append(tt.want, "scripted replies", `did you mean "order"?`, "calculator({\"expression\":\"2 * 1250\"}) -> 2500") {
				if !strings.Contains(got, w) {
					t.Errorf("the output has no %q:\n%s", w, got)
				}
			}
			if paid := strings.Contains(got, "bank:"); paid != tt.paid {
				t.Errorf("paid: %v; want %v:\n%s", paid, tt.paid, got)
			}
		})
	}
}
