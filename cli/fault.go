package cli

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/templates"
)

// fault is one mistake in a file, of whatever kind the file is.
type fault struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
}

func (f fault) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message)
}

func (f fault) compare(g fault) int {
	return cmp.Or(cmp.Compare(f.File, g.File), cmp.Compare(f.Line, g.Line), cmp.Compare(f.Column, g.Column))
}

// faultError is the faults of one file, for those who only have an error.
type faultError struct {
	faults []fault
	err    error // what they were read from
}

// Error puts each fault on its own line.
func (e *faultError) Error() string {
	lines := make([]string, len(e.faults))
	for i, f := range e.faults {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

func (e *faultError) Unwrap() error { return e.err }

// faultsOf takes err apart. root is the folder that file names inside it start
// from; an error that is not about places in files is a fault of file itself.
func faultsOf(err error, root, file string) []fault {
	if e, ok := errors.AsType[*faultError](err); ok {
		return e.faults
	}
	if e, ok := errors.AsType[*chain.CheckError](err); ok {
		return chainFaults(e, root, file)
	}
	if e, ok := errors.AsType[*templates.FileError](err); ok {
		faults := make([]fault, len(e.Faults))
		for i, f := range e.Faults {
			faults[i] = fault{File: file, Line: f.Line, Column: f.Column, Message: f.Message}
			if f.Path != "" {
				faults[i].Message = f.Path + ": " + f.Message
			}
		}
		return faults
	}
	if e, ok := errors.AsType[project.Faults](err); ok {
		faults := make([]fault, len(e))
		for i, f := range e {
			faults[i] = fault(f)
		}
		return faults
	}
	return textFaults(err.Error(), file)
}

var placed = regexp.MustCompile(`^(.+):(\d+):(\d+): (.*)$`)

// textFaults reads an error that names places only in its text, one a line.
func textFaults(text, file string) []fault {
	var faults []fault
	for line := range strings.Lines(text) {
		m := placed.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil || filepath.Base(m[1]) != filepath.Base(file) {
			return []fault{{File: file, Message: strings.TrimPrefix(text, file+": ")}}
		}
		f := fault{File: file, Message: m[4]}
		f.Line, _ = strconv.Atoi(m[2])
		f.Column, _ = strconv.Atoi(m[3])
		faults = append(faults, f)
	}
	return faults
}

// twice is the name of a prompt as a chain and then the library tell it.
var twice = regexp.MustCompile(`prompt (\S+): resolve \S+: `)

func chainFaults(e *chain.CheckError, root, file string) []fault {
	faults := make([]fault, len(e.Faults))
	for i, f := range e.Faults {
		where := file
		if f.File != "" {
			where = shortPath(filepath.Join(root, filepath.FromSlash(f.File)))
		}
		f.File, faults[i].File = "", where
		faults[i].Line, faults[i].Column = f.Line, f.Column
		faults[i].Message = twice.ReplaceAllString(f.String(), "prompt $1: ")
	}
	return faults
}
