package templates

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// fenceWord begins the name of every fence. An untrusted variable v prints as
// <untrusted-v>value</untrusted-v>, so that the system text can tell the model
// that nothing inside such a tag is an instruction.
const fenceWord = "untrusted-"

// fenceName returns the tag that an untrusted variable is fenced with.
func fenceName(variable string) string { return fenceWord + variable }

// hasFence reports whether text holds anything a model could take for the
// begin or end of a fence: a less-than sign, then the fence's word in any
// case, with blanks, slashes or invisible characters strewn in, or in the
// full-width forms that look alike.
func hasFence(text []byte) bool {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			next := bytes.IndexFunc(text[i:], func(r rune) bool { return r == '<' || r >= utf8.RuneSelf })
			if next < 0 {
				return false
			}
			i += next
		}
		r, size := utf8.DecodeRune(text[i:])
		i += size
		if fold(r) == '<' && opensFence(text[i:]) {
			return true
		}
	}
	return false
}

// opensFence reports whether what follows a less-than sign reads as the word.
func opensFence(text []byte) bool {
	want := fenceWord
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		r = fold(r)
		if r == rune(want[0]) {
			if want = want[1:]; want == "" {
				return true
			}
			continue
		}
		if !isNoise(r) {
			return false
		}
	}
	return false
}

// fold maps look-alikes to the character they look like, and case away.
func fold(r rune) rune {
	switch r {
	case '<', '\uFE64', '\u2039', '\u3008', '\u27E8':
		return '<'
	case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212', '\uFE63':
		return '-'
	}
	if r >= 0xFF01 && r <= 0xFF5E { // full-width ASCII
		r -= 0xFEE0
	}
	return unicode.ToLower(r)
}

// isNoise reports whether r can stand inside a tag without being seen.
func isNoise(r rune) bool {
	return r == '/' || r == '\\' || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) || unicode.IsControl(r)
}
