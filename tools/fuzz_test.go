package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/tools"
)

// judges are the schemas that fuzzed arguments are held against: one that the
// checker knows whole, and one with keywords it leaves to jsonschema-go.
var judges = []string{
	`{"type":"object","required":["name","n"],"additionalProperties":false,"properties":{
		"name":{"type":"string","minLength":1,"maxLength":5,"pattern":"^[a-zé]*$"},
		"n":{"type":"integer","minimum":-3,"maximum":9007199254740993},
		"f":{"type":["null","number"],"maximum":1.5},
		"unit":{"enum":["c","f",1,null,true]},
		"list":{"type":"array","items":{"type":"object","required":["id"],"properties":{"id":{"type":"integer"}}},"minItems":1,"maxItems":2},
		"map":{"type":"object","additionalProperties":{"type":"boolean"}},
		"any":{}}}`,
	`{"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{"type":"integer","multipleOf":2}]},"b":{"$ref":"#/$defs/b"}},
		"$defs":{"b":{"type":"array","uniqueItems":true}}}`,
}

// FuzzArguments holds the checker against jsonschema-go: what one takes, the
// other takes, and the function gets the same value, whatever is sent.
func FuzzArguments(f *testing.F) {
	for _, seed := range []string{
		`{"name":"a","n":1}`, `{"name":"é","n":-3.0,"f":1.5e0,"unit":null}`, `{"n":9007199254740993,"name":"\u0061"}`,
		`{"name":"a","n":1,"list":[{"id":1},{"id":2.0,"x":[]}],"map":{"k":true},"any":{"a":[{}]}}`,
		`{"na\u006de":"a","n":1e2}`, `{"a":4,"b":[1,2]}`, `{"a":3}`, `{"b":[1,1]}`, ``, ` `, `[]`, `null`, `"{}"`, `{"a":`, `{"n":1e999}`,
		strings.Repeat(`[`, 10001), `{"name":"` + strings.Repeat("x", 100) + `","n":` + strings.Repeat("9", 400) + `}`,
	} {
		f.Add([]byte(seed))
	}
	type judge struct {
		tool     *tools.Tool
		resolved *jsonschema.Resolved
		got      json.RawMessage
	}
	var all []*judge
	for _, text := range judges {
		j := new(judge)
		s := new(jsonschema.Schema)
		if err := json.Unmarshal([]byte(text), s); err != nil {
			f.Fatal(err)
		}
		var err error
		if j.resolved, err = s.Resolve(nil); err != nil {
			f.Fatal(err)
		}
		j.tool, err = tools.Raw("x", "X.", json.RawMessage(text), func(_ context.Context, in json.RawMessage) ([]llms.ContentPart, error) {
			j.got = in
			return nil, nil
		}, nil)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, j)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for i, j := range all {
			var v any
			valid := json.Valid(raw)
			if valid && (json.Unmarshal(raw, &v) != nil || hasTwins(raw) || !ordinary(v)) {
				continue // the checker is stricter there on purpose, or a float64 cannot tell
			}
			want := valid && j.resolved.Validate(v) == nil
			if len(bytes.TrimSpace(raw)) == 0 {
				want = j.resolved.Validate(map[string]any{}) == nil
			}
			_, err := j.tool.Call(t.Context(), string(raw))
			if (err == nil) != want {
				t.Fatalf("schema %d, %q: the checker says %v; jsonschema-go takes it: %v", i, raw, err, want)
			}
			var got any
			if err == nil && valid && (json.Unmarshal(j.got, &got) != nil || !sameJSON(got, v)) {
				t.Fatalf("%q reached the function as %q", raw, j.got)
			}
		}
	})
}

func sameJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}

// ordinary says whether all numbers are small enough for a float64 to be
// exact. Beyond, jsonschema-go sees a rounded value and we the written one.
func ordinary(v any) bool {
	switch v := v.(type) {
	case float64:
		return math.Abs(v) < 1<<53
	case []any:
		for _, x := range v {
			if !ordinary(x) {
				return false
			}
		}
	case map[string]any:
		for _, x := range v {
			if !ordinary(x) {
				return false
			}
		}
	}
	return true
}

// hasTwins says whether an object has a key twice.
func hasTwins(raw []byte) bool {
	d := json.NewDecoder(bytes.NewReader(raw))
	var open []map[string]bool // nil for a list
	key := false
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		switch token := token.(type) {
		case json.Delim:
			switch token {
			case '{':
				open = append(open, map[string]bool{})
			case '[':
				open = append(open, nil)
			default:
				open = open[:len(open)-1]
			}
			key = len(open) > 0 && open[len(open)-1] != nil
			continue
		case string:
			if key && open[len(open)-1][token] {
				return true
			}
			if key {
				open[len(open)-1][token] = true
				key = false
				continue
			}
		}
		key = len(open) > 0 && open[len(open)-1] != nil
	}
}
