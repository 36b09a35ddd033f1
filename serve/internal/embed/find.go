package embed

import (
	"strconv"
	"strings"
)

// find returns what a fragment means in a schema: a JSON pointer (RFC 6901) or
// the name of an anchor.
func find(root place, fragment string) (place, bool) {
	if !strings.HasPrefix(fragment, "/") {
		return search(root, func(s map[string]any) bool { return s["$anchor"] == fragment || s["$dynamicAnchor"] == fragment })
	}
	here := root
	for key := range strings.SplitSeq(fragment[1:], "/") {
		key = strings.NewReplacer("~1", "/", "~0", "~").Replace(key)
		inner, ok := child(here.schema, key)
		if !ok {
			return place{}, false
		}
		here = under([]place{here}, inner, key)[1]
	}
	return here, true
}

func child(v any, key string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		inner, ok := v[key]
		return inner, ok
	case []any:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(v) {
			return v[i], true
		}
	}
	return nil, false
}

// withID returns the schema of that id at or below root. Ids are compared as
// they are written.
func withID(root place, id string) (place, bool) {
	return search(root, func(s map[string]any) bool { return s["$id"] == id })
}

// search returns the first schema at or below root that fits.
func search(root place, fits func(map[string]any) bool) (place, bool) {
	s, ok := root.schema.(map[string]any)
	if !ok {
		return place{}, false
	}
	if fits(s) {
		return root, true
	}
	var groups []place
	for _, key := range oneSchema {
		if inner, ok := s[key].(map[string]any); ok {
			groups = append(groups, under([]place{root}, inner, key)[1])
		}
	}
	for _, key := range listOfSchemas {
		list, _ := s[key].([]any)
		for i, inner := range list {
			groups = append(groups, under([]place{root}, inner, key, strconv.Itoa(i))[1])
		}
	}
	for _, key := range mapOfSchemas {
		group, _ := s[key].(map[string]any)
		for name, inner := range group {
			groups = append(groups, under([]place{root}, inner, key, name)[1])
		}
	}
	for _, g := range groups {
		if found, ok := search(g, fits); ok {
			return found, true
		}
	}
	return place{}, false
}
