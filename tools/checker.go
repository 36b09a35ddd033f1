package tools

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// value judges the value at the cursor against n, and moves past it. A nil n
// allows everything.
func (c *checker) value(n *node) {
	c.space()
	if n == nil {
		c.skip()
		return
	}
	start := c.pos
	kind := c.kind()
	switch {
	case n.kinds != 0 && n.kinds&kind == 0:
		c.skip()
		c.otherKind(n, kind, start)
		return
	case kind == isObject:
		c.object(n)
	case kind == isArray:
		c.array(n)
	default:
		c.skip()
		c.scalar(n, kind, c.data[start:c.pos])
	}
	if n.enum != nil {
		c.enum(n, kind, c.data[start:c.pos])
	}
}

// otherKind judges a value of a kind that n does not allow, unless it is a
// whole number written with a fraction or an exponent.
func (c *checker) otherKind(n *node, kind kindSet, start int) {
	if kind != isNumber || n.kinds&isInteger == 0 {
		c.fault("want %s, got %s", n.kinds, kind)
		return
	}
	whole, ok := wholeNumber(c.data[start:c.pos])
	if !ok {
		c.fault("want %s", n.kinds)
		return
	}
	c.edits = append(c.edits, edit{at: start, cut: c.pos - start, text: whole})
	c.bounds(n, whole)
	if n.enum != nil {
		c.enum(n, isInteger, whole)
	}
}

func (c *checker) object(n *node) {
	open := c.pos
	c.pos++ // {
	var few [32]bool
	seen := few[:]
	if len(n.fields) > len(few) {
		seen = make([]bool, len(n.fields))
	}
	empty := true
	for c.more('}') {
		empty = false
		key := c.key()
		i, known := n.props[string(key)]
		c.push(step{key: key})
		switch {
		case known && seen[i]:
			c.fault("it is given twice")
			c.skip()
		case known:
			seen[i] = true
			c.value(n.fields[i].node)
		case n.closed:
			c.pop()
			c.unknown(n, key)
			c.skip()
			continue
		default:
			c.value(n.extra)
		}
		c.pop()
	}
	c.absent(n, seen, open+1, empty)
}

// absent judges and fills in the properties that an object does not have.
func (c *checker) absent(n *node, seen []bool, at int, empty bool) {
	var presets []byte
	for i, p := range n.fields {
		switch {
		case seen[i]:
		case p.required:
			c.push(step{key: []byte(p.name)})
			if p.node != nil && p.node.kinds != 0 {
				c.fault("it is missing; want %s", p.node.kinds)
			} else {
				c.fault("it is missing")
			}
			c.pop()
		case p.preset != nil:
			if len(presets) > 0 {
				presets = append(presets, ',')
			}
			presets = append(presets, p.preset...)
		}
	}
	if len(presets) == 0 {
		return
	}
	if !empty {
		presets = append(presets, ',')
	}
	c.edits = append(c.edits, edit{at: at, text: presets})
}

func (c *checker) unknown(n *node, key []byte) {
	names := make([]string, len(n.fields))
	for i, p := range n.fields {
		names[i] = p.name
	}
	c.fault("there is no field %s", unknownName(string(key), names, "the fields are", "it has no fields"))
}

func (c *checker) array(n *node) {
	c.pos++ // [
	i := 0
	for ; c.more(']'); i++ {
		c.push(step{index: i})
		c.value(n.items)
		c.pop()
	}
	if n.minItems != nil && i < *n.minItems {
		c.fault("want at least %d items, got %d", *n.minItems, i)
	}
	if n.maxItems != nil && i > *n.maxItems {
		c.fault("want at most %d items, got %d", *n.maxItems, i)
	}
}

func (c *checker) scalar(n *node, kind kindSet, raw []byte) {
	switch {
	case kind == isString && (n.minLen != nil || n.maxLen != nil || n.pattern != nil):
		text := unquote(raw)
		length := utf8.RuneCount(text)
		if n.minLen != nil && length < *n.minLen {
			c.fault("want at least %d characters, got %d", *n.minLen, length)
		}
		if n.maxLen != nil && length > *n.maxLen {
			c.fault("want at most %d characters, got %d", *n.maxLen, length)
		}
		if n.pattern != nil && !n.pattern.Match(text) {
			c.fault("it does not match the pattern %s", n.pattern)
		}
	case kind&(isInteger|isNumber) != 0:
		c.bounds(n, raw)
	}
}

// bounds compares a number with the limits of n: as a float64, or exactly when
// it is an integer that a float64 may round.
func (c *checker) bounds(n *node, raw []byte) {
	if n.min == nil && n.max == nil {
		return
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	compare := func(limit float64) int { return big.NewFloat(f).Cmp(big.NewFloat(limit)) }
	if i, ok := new(big.Int).SetString(string(raw), 10); ok && math.Abs(f) >= 1<<53 && !math.IsInf(f, 0) {
		compare = func(limit float64) int { return new(big.Float).SetInt(i).Cmp(big.NewFloat(limit)) }
	}
	switch {
	case err != nil && math.IsInf(f, 0):
		c.fault("the number is too large")
	case n.min != nil && compare(*n.min) < 0:
		c.fault("want at least %s", plainNumber(*n.min))
	case n.max != nil && compare(*n.max) > 0:
		c.fault("want at most %s", plainNumber(*n.max))
	}
}

func (c *checker) enum(n *node, kind kindSet, raw []byte) {
	if kind == isString {
		text := string(unquote(raw))
		if slices.Contains(n.enum, any(text)) {
			return
		}
	} else {
		var v any
		if json.Unmarshal(raw, &v) == nil && slices.ContainsFunc(n.enum, func(e any) bool { return reflect.DeepEqual(e, v) }) {
			return
		}
	}
	allowed, _ := json.Marshal(n.enum)
	c.fault("want one of %s", allowed)
}

func plainNumber(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// wholeNumber returns 3 for 3.0 and 3e0; false when there is a fraction, or
// when a float64 could not hold the number exactly.
func wholeNumber(raw []byte) ([]byte, bool) {
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return nil, false
	}
	return strconv.AppendInt(nil, int64(f), 10), true
}

// fault notes what is wrong with the value under the cursor's path.
func (c *checker) fault(format string, args ...any) {
	if len(c.faults) == maxFaults {
		return
	}
	text := fmt.Sprintf(format, args...)
	if len(c.path) > 0 {
		text = c.where() + ": " + text
	}
	c.faults = append(c.faults, text)
}
