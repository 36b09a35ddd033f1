package emulator

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// canonical is JSON with its keys sorted; what is no JSON is as it is.
func canonical(body []byte) string {
	v, ok := parseJSON(body)
	if !ok {
		return string(body)
	}
	out, err := marshal(v)
	if err != nil {
		return string(body)
	}
	return string(out)
}

// normal is canonical without what makes no difference: empty members, white
// space around text, the values of tool ids.
func normal(body []byte) string {
	v, ok := parseJSON(body)
	if !ok {
		return strings.TrimSpace(string(body))
	}
	out, err := marshal(new(normalizer).value(v, ""))
	if err != nil {
		return string(body)
	}
	return string(out)
}

func parseJSON(body []byte) (any, bool) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil, false
	}
	return v, true
}

// normalizer numbers tool ids in the order they come.
type normalizer struct{ ids map[string]string }

func (n *normalizer) value(v any, key string) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, k := range sortedKeys(v) {
			if e := n.value(v[k], k); !empty(e) {
				out[k] = e
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(v))
		for _, e := range v {
			out = append(out, n.value(e, key))
		}
		return out
	case string:
		if key == "toolUseId" || key == "tool_use_id" {
			return n.id(v)
		}
		return strings.TrimSpace(v)
	}
	return v
}

func (n *normalizer) id(s string) string {
	if n.ids == nil {
		n.ids = make(map[string]string)
	}
	if n.ids[s] == "" {
		n.ids[s] = "tool " + strconv.Itoa(len(n.ids)+1)
	}
	return n.ids[s]
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}
