package screen

import (
	"strings"
	"testing"
)

func TestTextWrapsWhateverThePieces(t *testing.T) {
	const in = "  Your order A-1001 was shipped yesterday.\n\nIt should arrive on Friday, \x1b[31mred\x07 alert.\r\n- one"
	const want = "    Your order A-1001 was\n  shipped yesterday.\n\n  It should arrive on\n  Friday, \\x1b[31mred\\x07\n  alert.\n  - one\n"
	for size := 1; size <= len(in); size++ {
		var out strings.Builder
		w := &text{w: &out, style: Style{Width: 25}, indent: "  "}
		for rest := in; rest != ""; {
			n := min(size, len(rest))
			w.add(rest[:n])
			rest = rest[n:]
		}
		w.end()
		if out.String() != want {
			t.Fatalf("in pieces of %d bytes:\n%s\nwant:\n%s", size, out.String(), want)
		}
	}
}

func TestTextShowsEveryPieceAtOnceWithoutWrapping(t *testing.T) {
	var out strings.Builder
	w := &text{w: &out}
	w.add("Hel")
	if out.String() != "Hel" {
		t.Errorf("after a piece: %q", out.String())
	}
	w.add("lo")
	w.end()
	w.end()
	if out.String() != "Hello\n" {
		t.Errorf("at the end: %q", out.String())
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb\tc":    "a b c",
		"\x1b]0;x":   `\x1b]0;x`,
		"abcdefghij": "abcdefgh…",
		"a\u202eb":   `a\x202eb`,
		"naïve ✓":    "naïve ✓",
	} {
		if got := Visible(in, 8); got != want {
			t.Errorf("Visible(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestStyle(t *testing.T) {
	if got := (Style{}).Red("x"); got != "x" {
		t.Errorf("plain: %q", got)
	}
	if got := (Style{Color: true}).Red("x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("coloured: %q", got)
	}
	if got := StyleOf(&strings.Builder{}, func(string) string { return "" }); got != (Style{}) {
		t.Errorf("not a terminal: %+v", got)
	}
}
