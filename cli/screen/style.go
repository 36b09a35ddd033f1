package screen

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Style is how to write to one output. The zero Style is plain text of any
// width, right for pipes and files.
type Style struct {
	Color bool
	Width int // columns to wrap text at; 0 means never
}

// IsTerminal reports whether file, an input or an output, is a terminal.
func IsTerminal(file any) bool {
	f, ok := file.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// StyleOf returns the style for w: plain for pipes and files; on a terminal
// wrapped to its width and coloured, unless the variable NO_COLOR is set
// (no-color.org) or TERM is dumb.
func StyleOf(w io.Writer, getenv func(string) string) Style {
	if !IsTerminal(w) {
		return Style{}
	}
	s := Style{Color: getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"}
	if width, _, err := term.GetSize(int(w.(*os.File).Fd())); err == nil && width >= 40 {
		s.Width = min(width, 100) // longer lines are hard to read
	}
	return s
}

// paint is an SGR parameter (ECMA-48): how a piece of text is shown.
type paint string

const (
	bold   paint = "1"
	dim    paint = "2"
	red    paint = "31"
	green  paint = "32"
	yellow paint = "33"
	cyan   paint = "36"
)

// Bold, Dim, Red, Green, Yellow and Cyan return text so painted, or unchanged
// when the style has no colour.
func (s Style) Bold(text string) string   { return s.paint(bold, text) }
func (s Style) Dim(text string) string    { return s.paint(dim, text) }
func (s Style) Red(text string) string    { return s.paint(red, text) }
func (s Style) Green(text string) string  { return s.paint(green, text) }
func (s Style) Yellow(text string) string { return s.paint(yellow, text) }
func (s Style) Cyan(text string) string   { return s.paint(cyan, text) }

func (s Style) paint(p paint, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + string(p) + "m" + text + "\x1b[0m"
}
