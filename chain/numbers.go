package chain

import (
	"encoding/json"
	"maps"
	"slices"
)

// numbers returns v with numbers in the place of json.Numbers, which whoever
// decodes with UseNumber hands over: to a schema or a condition they would be
// text. A number becomes a float64, as encoding/json has it, or an int64 where
// that would lose digits. The caller's lists and maps stay as they are.
func numbers(v any) any {
	out, _ := numbered(v)
	return out
}

// numbered also reports whether there was anything to change.
func numbered(v any) (any, bool) {
	switch v := v.(type) {
	case json.Number:
		return number(v)
	case []any:
		var copied []any
		for i, item := range v {
			if n, changed := numbered(item); changed {
				if copied == nil {
					copied = slices.Clone(v)
				}
				copied[i] = n
			}
		}
		if copied != nil {
			return copied, true
		}
	case map[string]any:
		var copied map[string]any
		for key, item := range v {
			if n, changed := numbered(item); changed {
				if copied == nil {
					copied = maps.Clone(v)
				}
				copied[key] = n
			}
		}
		if copied != nil {
			return copied, true
		}
	}
	return v, false
}

func number(n json.Number) (any, bool) {
	if i, err := n.Int64(); err == nil && i != int64(float64(i)) {
		return i, true
	}
	f, err := n.Float64()
	if err != nil {
		return n, false // no number, or none that fits: what reads it says so
	}
	return f, true
}
