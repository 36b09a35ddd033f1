package templates

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// MaxFile is the largest prompt file, in bytes.
const MaxFile = 256 << 10

// The limits of a prompt file's structure, far above any honest file's.
const (
	maxYAMLDepth = 40
	maxYAMLNodes = 50_000
)

// document reads the one YAML document of data. yaml.v3 leaves duplicate keys,
// aliases and unknown fields to whoever walks the nodes: see [reader].
func document(data []byte) (*yaml.Node, []Fault) {
	if f, ok := unreadable(data); !ok {
		return nil, []Fault{f}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	if err := decode(dec, &doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, []Fault{{Line: 1, Column: 1, Message: "the file holds no YAML; begin it with schema: " + SchemaID}}
		}
		return nil, []Fault{syntaxFault(data, err)}
	}
	if err := decode(dec, &second); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, []Fault{syntaxFault(data, err)}
		}
		return nil, []Fault{{Line: max(second.Line, 1), Column: max(second.Column, 1), Message: "a second document begins here; a prompt file holds one"}}
	}
	var c counter
	if f := c.count(&doc, 0); f != nil {
		return nil, []Fault{*f}
	}
	return doc.Content[0], nil
}

// unreadable tells, before any parsing, what is no text file of ours.
func unreadable(data []byte) (Fault, bool) {
	if len(data) > MaxFile {
		return Fault{Line: 1, Column: 1, Message: fmt.Sprintf("the file has %d bytes; the limit is %d", len(data), MaxFile)}, false
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return Fault{Line: 1, Column: 1, Message: "the file is empty; begin it with schema: " + SchemaID}, false
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			line := 1 + bytes.Count(data[:i], []byte("\n"))
			column := 1 + utf8.RuneCount(data[bytes.LastIndexByte(data[:i], '\n')+1:i])
			return Fault{Line: line, Column: column, Message: "this byte is no UTF-8 text; prompt files are plain text"}, false
		}
		i += size
	}
	return Fault{}, true
}

// decode is dec.Decode without the panics that yaml.v3 has left for some
// broken inputs.
func decode(dec *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("yaml: line 1: not readable as YAML")
		}
	}()
	return dec.Decode(n)
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// syntaxFault places yaml.v3's own error, which knows a line only: the column
// is that line's first character. Of the texts it quotes only an anchor's name
// is the author's, and that could be the prompt's text.
func syntaxFault(data []byte, err error) Fault {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = strings.Replace(message, m[0], "", 1)
	}
	if strings.HasPrefix(message, "unknown anchor") {
		message = "an alias (*name) has no anchor; put text that begins with * in quotes"
	}
	column := 1
	lines := bytes.Split(data, []byte("\n"))
	line = min(max(line, 1), len(lines))
	text := lines[line-1]
	column += len(text) - len(bytes.TrimLeft(text, " \t"))
	return Fault{Line: line, Column: column, Message: "not valid YAML: " + message}
}

// counter bounds a document as if every alias were written out.
type counter struct {
	nodes int
	seen  map[*yaml.Node]bool // aliases being followed: one inside itself has no end
}

func (c *counter) count(n *yaml.Node, depth int) *Fault {
	if c.nodes++; c.nodes > maxYAMLNodes {
		return &Fault{Line: n.Line, Column: n.Column, Message: fmt.Sprintf("the file unfolds to more than %d values; use fewer aliases", maxYAMLNodes)}
	}
	if depth > maxYAMLDepth {
		return &Fault{Line: n.Line, Column: n.Column, Message: fmt.Sprintf("nested deeper than %d", maxYAMLDepth)}
	}
	if n.Kind == yaml.AliasNode {
		if c.seen[n.Alias] {
			return &Fault{Line: n.Line, Column: n.Column, Message: "an alias stands inside what it names"}
		}
		if c.seen == nil {
			c.seen = map[*yaml.Node]bool{}
		}
		c.seen[n.Alias] = true
		defer delete(c.seen, n.Alias)
		return c.count(n.Alias, depth+1)
	}
	for _, child := range n.Content {
		if f := c.count(child, depth+1); f != nil {
			return f
		}
	}
	return nil
}
