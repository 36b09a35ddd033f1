// Package yamlroot opens a YAML file of ours: one document, of text, whose
// faults have a place.
package yamlroot

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Problem is why a file has no root. Line and Column count from 1; both are 0
// when the problem is the whole file's.
type Problem struct {
	Line, Column int
	Message      string
}

// Of returns the root of the only document in body, or why there is none.
// schema is what the file's first line should name.
func Of(body []byte, schema string) (*yaml.Node, *Problem) {
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return nil, &Problem{Message: "this is not a text file"}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(body))
	var doc, more yaml.Node
	err := decoder.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil, &Problem{Message: "the file is empty; it starts with: schema: " + schema}
	}
	if err == nil {
		if err = decoder.Decode(&more); errors.Is(err, io.EOF) {
			return doc.Content[0], nil
		}
		if err == nil {
			return nil, &Problem{more.Line, more.Column, "a second document starts here; the file holds one"}
		}
	}
	return nil, syntax(err)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntax reads yaml's "yaml: line 3: …". yaml tells no column.
func syntax(err error) *Problem {
	text := err.Error()
	p := &Problem{Message: "not YAML: " + yamlLine.ReplaceAllString(text, "")}
	if m := yamlLine.FindStringSubmatch(text); m != nil && m[1] != "" {
		p.Line, _ = strconv.Atoi(m[1])
		p.Column = 1
	}
	return p
}
