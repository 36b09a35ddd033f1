package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Scripted begins every text of Rules, so that nobody takes it for a model's.
const Scripted = "(scripted reply, no model was asked) "

// Rules answers without a script, always the same for the same request:
//
//   - to a tool's result, with what the result says;
//   - with a call of the tool whose name and description have most in common
//     with the user's words, its arguments found in the text by the schema, or
//     of the one that toolChoice demands;
//   - when outputConfig asks for JSON, with JSON of that schema, filled
//     likewise;
//   - else with the user's own words.
//
// It understands nothing. It is there so that every example runs offline, and
// each text it writes begins with Scripted.
func Rules() Responder { return RespondFunc(byRule) }

func byRule(_ context.Context, r *Request) (*Reply, error) {
	if results := r.Results(); results != nil {
		return TextReply(Scripted + resultSentence(r, results)), nil
	}
	question := r.Question()
	if spec := pickTool(r, question); spec != nil {
		return callReply(spec, question)
	}
	if schema := outputSchema(r.OutputConfig); schema != nil {
		text, err := marshal(fill(schema, question))
		if err != nil {
			return nil, err
		}
		return TextReply(string(text)), nil
	}
	return TextReply(Scripted + echo(r, question)), nil
}

func callReply(spec *ToolSpec, question string) (*Reply, error) {
	var schema map[string]any
	if err := json.Unmarshal(spec.InputSchema.JSON, &schema); err != nil {
		return nil, err
	}
	in, err := marshal(fill(schema, question))
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%sI will use the tool %s.", Scripted, spec.Name)
	return &Reply{Content: []Block{{Text: &text}, {ToolUse: &ToolUse{Name: spec.Name, Input: in}}}}, nil
}

// resultSentence says what the tools found, objects as "key is value".
func resultSentence(r *Request, results []*ToolResult) string {
	var parts []string
	for _, t := range results {
		name := r.ToolName(t.ID)
		switch {
		case t.Status == "error":
			parts = append(parts, fmt.Sprintf("The tool %s failed: %s", name, shorten(t.Text())))
		default:
			parts = append(parts, fmt.Sprintf("The tool %s says: %s", name, shorten(spoken(t.Text()))))
		}
	}
	return strings.Join(parts, " ")
}

// spoken reads a flat JSON object aloud; anything else is as it is.
func spoken(text string) string {
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) != nil || len(object) == 0 {
		return text
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(object)) {
		v, err := marshal(object[k])
		if err != nil {
			return text
		}
		parts = append(parts, k+" is "+strings.Trim(string(v), `"`))
	}
	return strings.Join(parts, ", ") + "."
}

// echo repeats the question and, in a longer conversation, the one before it:
// so a program can see whether it sent its history.
func echo(r *Request, question string) string {
	out := fmt.Sprintf("You said: %q", shorten(question))
	earlier := ""
	for i, m := range r.Messages {
		if t := textOf(m.Content); m.Role == "user" && t != "" && i < len(r.Messages)-1 {
			earlier = t
		}
	}
	if earlier != "" {
		out += fmt.Sprintf(" Before that: %q", shorten(earlier))
	}
	return out
}

// maxEcho is how much of somebody's text a sentence repeats.
const maxEcho = 300

func shorten(s string) string {
	runes := []rune(strings.TrimSpace(s))
	if len(runes) <= maxEcho {
		return string(runes)
	}
	return string(runes[:maxEcho]) + "..."
}

func outputSchema(config json.RawMessage) map[string]any {
	var c struct {
		TextFormat struct {
			Structure struct {
				JSONSchema struct {
					Schema string `json:"schema"`
				} `json:"jsonSchema"`
			} `json:"structure"`
		} `json:"textFormat"`
	}
	var schema map[string]any
	if json.Unmarshal(config, &c) != nil || json.Unmarshal([]byte(c.TextFormat.Structure.JSONSchema.Schema), &schema) != nil {
		return nil
	}
	return schema
}
