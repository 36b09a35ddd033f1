package tools

import "reflect"

// holdsInterface says whether decoding into t can meet an interface, where
// encoding/json would turn numbers into float64. open holds the types around t.
func holdsInterface(t reflect.Type, open map[reflect.Type]bool) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
	default:
		return false
	}
	if open[t] {
		return false
	}
	if open == nil {
		open = map[reflect.Type]bool{}
	}
	open[t] = true
	defer delete(open, t)
	if t.Kind() != reflect.Struct {
		return holdsInterface(t.Elem(), open)
	}
	for f := range t.Fields() {
		if holdsInterface(f.Type, open) {
			return true
		}
	}
	return false
}
