package templates

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
)

// appendValue prints a plain value: text as it is, null as nothing, numbers
// as JSON writes them, lists and objects as compact JSON with sorted keys.
func appendValue(buf []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return buf
	case string:
		return append(buf, v...)
	case bool:
		return strconv.AppendBool(buf, v)
	case int:
		return strconv.AppendInt(buf, int64(v), 10)
	case int64:
		return strconv.AppendInt(buf, v, 10)
	case float64:
		return appendFloat(buf, v)
	case json.Number:
		return append(buf, shortest(string(v))...)
	}
	return append(buf, encodeJSON(v)...)
}

// shortest drops the zeros that end a decimal fraction, so that a number
// prints the same whether it came as a float64 or as JSON text.
func shortest(number string) string {
	if !strings.Contains(number, ".") || strings.ContainsAny(number, "eE") {
		return number
	}
	return strings.TrimSuffix(strings.TrimRight(number, "0"), ".")
}

// appendFloat writes f as encoding/json does, so that a number reads the same
// printed alone and inside an object.
func appendFloat(buf []byte, f float64) []byte {
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(buf, f, 'e', -1, 64)
	}
	return strconv.AppendFloat(buf, f, 'f', -1, 64)
}

// encodeJSON encodes plain data without HTML escapes, which would only cost
// the model tokens.
func encodeJSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		// Plain data always encodes, except a json.Number that is none.
		return []byte("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// decodeJSON reads one JSON value, keeping its numbers exact.
func decodeJSON(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}
