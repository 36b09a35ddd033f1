package experiment

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/causeway-go/causeway/chain"
)

// Case is one input of a dataset with what is known about its right answer.
type Case struct {
	ID        string         `json:"id,omitempty"` // default the line's number
	Input     chain.Values   `json:"input"`
	Reference any            `json:"reference,omitempty"` // the right answer, as far as there is one
	Category  string         `json:"category,omitempty"`
	Metadata  map[string]any `json:"metadata,omitempty"`
}

// Dataset is the cases that subjects are compared on.
type Dataset struct {
	Name  string
	Cases []Case
}

// The limits of a dataset.
const (
	maxCases    = 100_000
	maxCaseLine = 4 << 20
)

// ReadDataset reads JSON lines, one [Case] each:
//
//	{"id": "refund-1", "input": {"ticket": "I was charged twice"}, "reference": "billing", "category": "money"}
//
// Empty lines are skipped. The error is [Faults]: every mistake with its line;
// name is the file's in them.
func ReadDataset(r io.Reader, name string) (*Dataset, error) {
	d := &Dataset{Name: name}
	var faults Faults
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxCaseLine)
	first := map[string]int{}
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		c, column, err := readCase(lines.Bytes())
		if err == nil && c.ID == "" {
			c.ID = strconv.Itoa(n)
		}
		switch {
		case err != nil:
		case first[c.ID] > 0:
			err = fmt.Errorf("the id %q is used twice, first in line %d", c.ID, first[c.ID])
		case len(d.Cases) == maxCases:
			return nil, Faults{{File: name, Line: n, Column: 1, Message: fmt.Sprintf("more than %d cases", maxCases)}}
		}
		if err != nil {
			faults = append(faults, Fault{File: name, Line: n, Column: column, Message: err.Error()})
			continue
		}
		first[c.ID] = n
		d.Cases = append(d.Cases, c)
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("a line is longer than %d bytes", maxCaseLine)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(d.Cases) == 0 && len(faults) == 0 {
		faults = Faults{{File: name, Message: `no cases; a line is {"input": {…}, "reference": …}`}}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return d, nil
}

func readCase(line []byte) (Case, int, error) {
	var c Case
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		column := int(decoder.InputOffset()) + 1
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			column = int(syntax.Offset)
		}
		return c, max(1, column), fmt.Errorf("not a case: %w", err)
	}
	if decoder.More() {
		return c, int(decoder.InputOffset()) + 1, errors.New("one case a line")
	}
	if c.Input == nil {
		return c, 1, errors.New(`a case needs an input: {"input": {…}}`)
	}
	return c, 1, nil
}

// Write writes the dataset as JSON lines.
func (d *Dataset) Write(w io.Writer) error {
	for _, c := range d.Cases {
		line, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("case %s: %w", c.ID, err)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// digest is the content hash of anything that encodes as JSON.
func digest(parts ...any) string {
	h := sha256.New()
	for _, p := range parts {
		body, err := json.Marshal(p)
		if err != nil {
			body = fmt.Append(nil, p)
		}
		fmt.Fprintf(h, "%d:", len(body))
		_, _ = h.Write(body)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
