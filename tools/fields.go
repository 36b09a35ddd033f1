package tools

import (
	"reflect"
	"slices"
	"strings"
)

// field is a struct field as encoding/json sees it.
type field struct {
	reflect.StructField
	json   string // its name in JSON
	named  bool   // the name is from a tag
	quoted bool   // the string option, where it has an effect
	depth  int    // of embedding
}

// fieldsOf lists the fields that encoding/json decodes into t, by its rules of
// embedding: the shallowest of a name wins, then the one named by a tag; what
// is still ambiguous is left out.
func fieldsOf(t reflect.Type) []field {
	all := collectFields(t, 0, nil)
	var kept []field
	for _, f := range all {
		beaten := slices.ContainsFunc(all, func(g field) bool {
			if g.json != f.json || slices.Equal(g.Index, f.Index) && g.depth == f.depth && g.Type == f.Type && g.Name == f.Name {
				return false
			}
			return g.depth < f.depth || g.depth == f.depth && (g.named || !f.named)
		})
		if !beaten {
			kept = append(kept, f)
		}
	}
	return kept
}

func collectFields(t reflect.Type, depth int, around []reflect.Type) []field {
	if slices.Contains(around, t) {
		return nil // it embeds itself: encoding/json does not go round either
	}
	var all []field
	for sf := range t.Fields() {
		name, options, _ := strings.Cut(sf.Tag.Get("json"), ",")
		inner := sf.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if sf.Tag.Get("json") == "-" || !sf.IsExported() && !(sf.Anonymous && inner.Kind() == reflect.Struct) {
			continue
		}
		if sf.Anonymous && name == "" && inner.Kind() == reflect.Struct {
			all = append(all, collectFields(inner, depth+1, append(around, t))...)
			continue
		}
		if !sf.IsExported() {
			continue
		}
		f := field{StructField: sf, json: name, named: name != "", depth: depth}
		if !f.named {
			f.json = sf.Name
		}
		f.quoted = slices.Contains(strings.Split(options, ","), "string") && quotable(inner.Kind())
		all = append(all, f)
	}
	return all
}

// quotable says whether encoding/json heeds the string option for k. Strings
// are quoted twice by it; their schema stays that of a string.
func quotable(k reflect.Kind) bool {
	return k >= reflect.Bool && k <= reflect.Float64
}

// isOptional says whether the field's json tag lets it be absent.
func isOptional(f reflect.StructField) bool {
	_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	list := strings.Split(options, ",")
	return slices.Contains(list, "omitempty") || slices.Contains(list, "omitzero")
}
