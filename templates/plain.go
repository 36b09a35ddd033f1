package templates

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"strconv"
)

// The limits of one variable's value.
const (
	maxValueDepth = 64
	maxValueNodes = 1 << 20
)

// toPlain returns v as plain JSON data, and whether that differs from v. Data
// that is plain already comes back itself, without an allocation.
func toPlain(v any) (plain any, changed bool, err *VariableError) {
	p := plainer{}
	plain, changed = p.plain(v, "", 0)
	if p.err != nil {
		return nil, true, p.err
	}
	return plain, changed, nil
}

// plainer walks one value.
type plainer struct {
	nodes int
	err   *VariableError
}

// plain returns v made plain and whether that differs from v.
func (p *plainer) plain(v any, path string, depth int) (any, bool) {
	if p.nodes++; depth > maxValueDepth || p.nodes > maxValueNodes {
		return p.refuse(path, fmt.Sprintf("it is deeper than %d or larger than %d values", maxValueDepth, maxValueNodes))
	}
	switch v := v.(type) {
	case nil, string, bool, int, int64:
		return v, false
	case json.Number:
		if !json.Valid([]byte(v)) {
			return p.refuse(path, "it is a json.Number that holds no number")
		}
		return v, false
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return p.refuse(path, "it is not a finite number")
		}
		return v, false
	case map[string]any:
		return p.object(v, path, depth)
	case []any:
		return p.list(v, path, depth)
	case json.RawMessage:
		return p.raw(v, path)
	}
	return p.reflected(reflect.ValueOf(v), path, depth)
}

func (p *plainer) refuse(path, detail string) (any, bool) {
	if p.err == nil {
		p.err = &VariableError{Variable: path, Err: ErrWrongType, Detail: detail}
	}
	return nil, true
}

func (p *plainer) object(m map[string]any, path string, depth int) (any, bool) {
	var out map[string]any
	for k, v := range m {
		plain, changed := p.plain(v, path, depth+1)
		if p.err != nil {
			if p.err.Variable == path {
				p.err.Variable = join(path, fieldName(k))
			}
			return nil, true
		}
		if changed && out == nil {
			out = make(map[string]any, len(m))
			maps.Copy(out, m)
		}
		if changed {
			out[k] = plain
		}
	}
	if out == nil {
		return m, false
	}
	return out, true
}

func (p *plainer) list(l []any, path string, depth int) (any, bool) {
	var out []any
	for i, v := range l {
		plain, changed := p.plain(v, path, depth+1)
		if p.err != nil {
			return nil, true
		}
		if changed && out == nil {
			out = append([]any(nil), l...)
		}
		if changed {
			out[i] = plain
		}
	}
	if out == nil {
		return l, false
	}
	return out, true
}

func (p *plainer) raw(v json.RawMessage, path string) (any, bool) {
	decoded, err := decodeJSON(v)
	if err != nil {
		return p.refuse(path, "it is a json.RawMessage that holds no valid JSON")
	}
	return decoded, true
}

// reflected converts typed forms of plain data, such as []string or a named
// string type. It calls no method and looks into no struct.
func (p *plainer) reflected(v reflect.Value, path string, depth int) (any, bool) {
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Bool:
		return v.Bool(), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return json.Number(strconv.FormatUint(v.Uint(), 10)), true
	case reflect.Float32:
		return p.float32(v.Float(), path)
	case reflect.Float64:
		plain, _ := p.plain(v.Float(), path, depth)
		return plain, true
	case reflect.Slice, reflect.Array:
		return p.slice(v, path, depth)
	case reflect.Map:
		return p.mapping(v, path, depth)
	}
	return p.refuse(path, "it is a "+v.Type().String()+"; give plain JSON data: text, numbers, booleans, lists, map[string]any")
}

func (p *plainer) float32(f float64, path string) (any, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return p.refuse(path, "it is not a finite number")
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 32)), true
}

func (p *plainer) slice(v reflect.Value, path string, depth int) (any, bool) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return p.refuse(path, "it is bytes; convert text to string, or declare a media variable")
	}
	out := make([]any, v.Len())
	for i := range out {
		out[i], _ = p.plain(v.Index(i).Interface(), path, depth+1)
		if p.err != nil {
			return nil, true
		}
	}
	return out, true
}

func (p *plainer) mapping(v reflect.Value, path string, depth int) (any, bool) {
	if v.Type().Key().Kind() != reflect.String {
		return p.refuse(path, "it is a map whose keys are not text")
	}
	out := make(map[string]any, v.Len())
	for it := v.MapRange(); it.Next(); {
		k := it.Key().String()
		plain, _ := p.plain(it.Value().Interface(), path, depth+1)
		if p.err != nil {
			if p.err.Variable == path {
				p.err.Variable = join(path, fieldName(k))
			}
			return nil, true
		}
		out[k] = plain
	}
	return out, true
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	if key == "" {
		return path
	}
	return path + "." + key
}
