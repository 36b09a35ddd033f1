package templates

import (
	"context"
	"fmt"
	"strings"
)

// Diff is how two bodies differ, line by line.
type Diff struct {
	From, To Version
	Lines    []DiffLine // what changed, with three lines around; empty if nothing did
}

// DiffLine is one line of a Diff.
type DiffLine struct {
	Kind LineKind
	Text string
	Old  int // its number in the old body, 0 if it is not there
	New  int // its number in the new body, 0 if it is not there
}

// LineKind is what became of a line.
type LineKind string

// The kinds, as a unified diff marks them.
const (
	LineSame    LineKind = " "
	LineAdded   LineKind = "+"
	LineRemoved LineKind = "-"
	LineSkipped LineKind = "@" // lines that did not change and are left out; Text says where it goes on
)

// Compare reads two versions, of one prompt or of two, and tells how the
// second differs from the first.
func Compare(ctx context.Context, s Store, from, to Ref) (*Diff, error) {
	a, av, err := s.Get(ctx, from)
	if err != nil {
		return nil, err
	}
	b, bv, err := s.Get(ctx, to)
	if err != nil {
		return nil, err
	}
	return &Diff{From: av, To: bv, Lines: DiffText(string(a), string(b))}, nil
}

// String prints a unified diff.
func (d *Diff) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s (sha256 %.12s)\n+++ %s (sha256 %.12s)\n", d.From.Ref(), d.From.SHA256, d.To.Ref(), d.To.SHA256)
	for _, l := range d.Lines {
		b.WriteString(string(l.Kind) + l.Text + "\n")
	}
	return b.String()
}

// around is how many unchanged lines a Diff shows beside changed ones.
const around = 3

// DiffText tells how text b differs from a.
func DiffText(a, b string) []DiffLine {
	return near(script(lines(a), lines(b)))
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// script returns every line of both, marked. What begins and ends alike is
// set aside first; between, the longest common subsequence is kept.
func script(a, b []string) []DiffLine {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out []DiffLine
	same := func(i, j int) { out = append(out, DiffLine{LineSame, a[i], i + 1, j + 1}) }
	for i := range head {
		same(i, i)
	}
	out = append(out, middle(a[head:len(a)-tail], b[head:len(b)-tail], head)...)
	for i := range tail {
		same(len(a)-tail+i, len(b)-tail+i)
	}
	return out
}

// maxDiffCells bounds the table of the longest common subsequence; beyond it
// everything between is shown as replaced.
const maxDiffCells = 16 << 20

func middle(a, b []string, offset int) []DiffLine {
	var out []DiffLine
	removed := func(i int) { out = append(out, DiffLine{LineRemoved, a[i], offset + i + 1, 0}) }
	added := func(j int) { out = append(out, DiffLine{LineAdded, b[j], 0, offset + j + 1}) }
	i, j := 0, 0
	if len(a)*len(b) <= maxDiffCells {
		length := common(a, b)
		for i < len(a) && j < len(b) {
			switch {
			case a[i] == b[j]:
				out = append(out, DiffLine{LineSame, a[i], offset + i + 1, offset + j + 1})
				i, j = i+1, j+1
			case length[i+1][j] >= length[i][j+1]:
				removed(i)
				i++
			default:
				added(j)
				j++
			}
		}
	}
	for ; i < len(a); i++ {
		removed(i)
	}
	for ; j < len(b); j++ {
		added(j)
	}
	return out
}

// common returns, for every pair of suffixes, how many lines they share in order.
func common(a, b []string) [][]int32 {
	length := make([][]int32, len(a)+1)
	for i := range length {
		length[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	return length
}

// near leaves out what is far from any change.
func near(all []DiffLine) []DiffLine {
	keep := make([]bool, len(all))
	for i, l := range all {
		if l.Kind == LineSame {
			continue
		}
		for k := max(0, i-around); k <= min(len(all)-1, i+around); k++ {
			keep[k] = true
		}
	}
	var out []DiffLine
	for i, l := range all {
		if !keep[i] {
			continue
		}
		if i > 0 && !keep[i-1] {
			out = append(out, DiffLine{Kind: LineSkipped, Text: fmt.Sprintf("@ -%d +%d @@", l.Old, l.New)})
		}
		out = append(out, l)
	}
	return out
}
