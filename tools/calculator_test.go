package tools_test

import (
	"strings"
	"testing"

	"github.com/causeway-go/causeway/tools"
)

func TestCalculator(t *testing.T) {
	c := tools.Calculator()
	for _, tt := range []struct{ in, want string }{
		{"0.1 + 0.2", "0.3"},
		{"(1200 * 1.21) / 12", "121"},
		{"2 ** 10", "1024"},
		{"2^10", "1024"},
		{"17 % 5", "2"},
		{"-7 % 3", "-1"},
		{"10 / 4", "2.5"},
		{"9223372036854775807 + 1", "9.22337203685478e+18"},
		{"sqrt(2) * sqrt(2)", "2"},
		{"min(3, 4) + max(1, 2) + abs(-5)", "10"},
		{"999999999999.99 + 0.02", "1000000000000.01"},
		{"pi", "3.14159265358979"},
		{"3 > 2 and 1 == 1.0", "true"},
		{"0 * -1", "0"},
	} {
		got, err := c.Call(t.Context(), tt.in)
		if err != nil || got != tt.want {
			t.Errorf("%s = %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
	for _, tt := range []struct{ in, want string }{
		{"1 / 0", "not a finite number"},
		{"x + 1", "unknown name x"},
		{"1 +", "unexpected token"},
		{`"a" + "b"`, "only numbers"},
		{"1..1000000", "cannot work it out"},
		{"map(1..3, # * 2)", "cannot work it out"},
		{strings.Repeat("1+", 600) + "1", "at most 1000 characters"},
	} {
		if got, err := c.Call(t.Context(), tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s = %q, %v; want an error with %q", tt.in, got, err, tt.want)
		}
	}
}
