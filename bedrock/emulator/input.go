package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"text/template"
)

// templated is a string within a tool call's input.
type templated struct {
	parsed *template.Template // nil without actions
	text   string
}

// compileInput checks that a tool's input is JSON and parses its templates.
func compileInput(tool string, v map[string]any) (any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("the input of %s is no JSON: %w", tool, err)
	}
	var clean map[string]any
	if err := json.Unmarshal(raw, &clean); err != nil {
		return nil, fmt.Errorf("the input of %s is no JSON object: %w", tool, err)
	}
	if clean == nil {
		clean = map[string]any{}
	}
	return compileValue(clean)
}

func compileValue(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			if v[k], err = compileValue(v[k]); err != nil {
				return nil, err
			}
		}
	case []any:
		for i := range v {
			if v[i], err = compileValue(v[i]); err != nil {
				return nil, err
			}
		}
	case string:
		t, err := parseTemplate("input", v)
		return templated{t, v}, err
	}
	return v, nil
}

// input renders a compiled input.
func (v view) input(compiled any) (json.RawMessage, error) {
	value, err := v.fill(compiled)
	if err != nil {
		return nil, err
	}
	return marshal(value)
}

func (v view) fill(c any) (any, error) {
	switch c := c.(type) {
	case map[string]any:
		out := make(map[string]any, len(c))
		for k, e := range c {
			filled, err := v.fill(e)
			if err != nil {
				return nil, err
			}
			out[k] = filled
		}
		return out, nil
	case []any:
		out := make([]any, len(c))
		for i, e := range c {
			filled, err := v.fill(e)
			if err != nil {
				return nil, err
			}
			out[i] = filled
		}
		return out, nil
	case templated:
		return v.render(c.parsed, c.text)
	}
	return c, nil
}

// sealMark begins every signature of the emulator, so that the ones it did not
// make are left alone.
const sealMark = "Q2F1c2V3YXk6"

// signature stands for the provider's seal on reasoning: it belongs to the
// text, so the emulator notices when a client sends back another text.
func signature(text string) string {
	sum := sha256.Sum256([]byte(text))
	return sealMark + base64.StdEncoding.EncodeToString(sum[:])
}
