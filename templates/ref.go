package templates

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxName is the longest prompt name, in bytes.
const MaxName = 200

// Ref says which prompt is meant, and which of its versions. At most one of
// Version, Alias and SHA256 is set by [ParseRef]; none of them means the
// newest version. On a template that a [Library] resolved, Version and SHA256
// are always set, and Alias too if that is how it was reached.
type Ref struct {
	Name    string // lower-case path, such as support/triage
	Version int    // from 1; 0 is not named
	Alias   string // such as production; never all digits
	SHA256  string // of the file's bytes, in hex: 64 digits once resolved, 8 or more in a reference
}

// ParseRef reads a reference: "support/triage", "support/triage@production",
// "support/triage@3" or "support/triage@sha256:9f86d081…".
func ParseRef(s string) (Ref, error) {
	name, at, found := strings.Cut(s, "@")
	if err := CheckName(name); err != nil {
		return Ref{}, fmt.Errorf("prompt reference: %w", err)
	}
	r := Ref{Name: name}
	if !found {
		return r, nil
	}
	if hex, ok := strings.CutPrefix(at, "sha256:"); ok {
		if !isHex(hex) || len(hex) < 8 || len(hex) > 64 {
			return Ref{}, fmt.Errorf("prompt reference to %s: after sha256: come 8 to 64 lower-case hex digits", name)
		}
		r.SHA256 = hex
		return r, nil
	}
	if isDigits(at) {
		n, err := strconv.Atoi(at)
		if err != nil || n < 1 || n > MaxVersion {
			return Ref{}, fmt.Errorf("prompt reference to %s: a version is a number from 1 to %d", name, MaxVersion)
		}
		r.Version = n
		return r, nil
	}
	if err := CheckAlias(at); err != nil {
		return Ref{}, fmt.Errorf("prompt reference to %s: %w", name, err)
	}
	r.Alias = at
	return r, nil
}

// String prints the form the reference was parsed from. A resolved reference
// prints its alias if it has one, else its version.
func (r Ref) String() string {
	switch {
	case r.Alias != "":
		return r.Name + "@" + r.Alias
	case r.Version != 0:
		return r.Name + "@" + strconv.Itoa(r.Version)
	case r.SHA256 != "":
		return r.Name + "@sha256:" + r.SHA256
	}
	return r.Name
}

// Pinned reports whether the reference can only ever mean one content.
func (r Ref) Pinned() bool { return r.Version != 0 || r.SHA256 != "" }

// CheckName says what is wrong with a prompt name. A name is one or more
// segments with slashes between; a segment is lower-case letters, digits,
// hyphens and underscores, and begins with a letter or digit. The segments
// "versions" and "log" are taken by the stores' layout.
func CheckName(name string) error {
	if name == "" {
		return fmt.Errorf("the name is empty; write something like support/triage")
	}
	if len(name) > MaxName {
		return fmt.Errorf("the name has %d characters; the limit is %d", len(name), MaxName)
	}
	for segment := range strings.SplitSeq(name, "/") {
		if !isSegment(segment) {
			return fmt.Errorf("%q is not a prompt name: between slashes use a-z, 0-9, - and _, beginning with a letter or digit", clip(name))
		}
		if segment == "versions" || segment == "log" {
			return fmt.Errorf("%q is not a prompt name: %q is a folder of the store's own", name, segment)
		}
	}
	return nil
}

// CheckAlias says what is wrong with an alias: it is one segment of a name,
// not all digits, at most 64 long.
func CheckAlias(alias string) error {
	if !isSegment(alias) || isDigits(alias) || len(alias) > 64 {
		return fmt.Errorf("%q is not an alias: use up to 64 of a-z, 0-9, - and _, not only digits", clip(alias))
	}
	return nil
}

func isSegment(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		if !letter && (i == 0 || c != '-' && c != '_') {
			return false
		}
	}
	return s != ""
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func isHex(s string) bool {
	return s != "" && strings.Trim(s, "0123456789abcdef") == ""
}

// clip keeps what a message quotes short.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
