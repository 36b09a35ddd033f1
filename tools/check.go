package tools

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// maxFaults is how many faults one answer lists.
const maxFaults = 10

// maxInput is how many bytes of arguments are read; a model's whole answer is
// smaller.
const maxInput = 4 << 20

// check judges the arguments of a call. It returns them ready to decode:
// with defaults filled in and integers written as integers (models do send
// 3.0). The error is an *InputError.
func (in *input) check(tool string, raw []byte) (json.RawMessage, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = []byte("{}") // how some providers send a call without arguments
	}
	if len(raw) > maxInput {
		return nil, &InputError{Tool: tool, Faults: []string{fmt.Sprintf("%d bytes are too many; the limit is %d", len(raw), maxInput)}}
	}
	if !json.Valid(raw) {
		return nil, &InputError{Tool: tool, Faults: []string{notJSON(raw)}, Schema: in.schema}
	}
	c := checker{data: raw}
	c.value(in.root)
	if len(c.faults) > 0 {
		e := &InputError{Tool: tool, Faults: c.faults}
		if c.data[c.first()] != '{' {
			e.Schema = in.schema
		}
		return nil, e
	}
	ready := c.edited()
	if err := in.validateRest(ready); err != nil {
		return nil, &InputError{Tool: tool, Faults: []string{err.Error()}, Schema: in.schema}
	}
	return ready, nil
}

// notJSON says where raw stops being JSON.
func notJSON(raw []byte) string {
	var v any
	err := json.Unmarshal(raw, &v)
	var at int64
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = syntax.Offset
	}
	if at >= int64(len(raw)) {
		return fmt.Sprintf("they are not JSON: they stop too early, after %d bytes", len(raw))
	}
	return fmt.Sprintf("they are not JSON: %v, at byte %d", err, at)
}

// edit replaces cut bytes at an offset by text.
type edit struct {
	at, cut int
	text    []byte
}

// edited returns the data with all edits made.
func (c *checker) edited() json.RawMessage {
	if len(c.edits) == 0 {
		return c.data
	}
	slices.SortStableFunc(c.edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	var out []byte
	from := 0
	for _, e := range c.edits {
		out = append(append(out, c.data[from:e.at]...), e.text...)
		from = e.at + e.cut
	}
	return append(out, c.data[from:]...)
}

// decode decodes JSON into v. With exact, numbers that meet an interface
// become a json.Number, which a float64 would round.
func decode(data []byte, v any, exact bool) error {
	var err error
	if exact {
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		err = d.Decode(v)
	} else {
		err = json.Unmarshal(data, v)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s: %s does not fit a Go %s", cmp.Or(e.Field, "the input"), e.Value, e.Type)
	}
	return err
}
