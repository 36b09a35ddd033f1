package bedrock

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// Some models are held to a JSON Schema by the service, while they answer. The
// rest are asked in words. The list follows the Bedrock user guide,
// "Get validated JSON results from models"; a model that is not known to be
// held is asked in words, because the service refuses the field for it.

// heldSigns are parts of the ids of makers' lines that are all held.
var heldSigns = []string{"openai.gpt-oss", "qwen.", "google.gemma", "minimax.", "moonshot", "nvidia.nemotron"}

// freeSigns are parts of the ids of the older models of lines that are held.
var freeSigns = []string{
	"claude-v2", "claude-instant", "claude-3", "claude-sonnet-4-2025", "claude-opus-4-2025", "claude-opus-4-1",
	"deepseek.r1", "mistral-7b", "mixtral", "mistral-large-24", "mistral-small-24", "pixtral-large-2502",
}

// held reports whether the service holds a model to a schema.
func held(f family, id string) bool {
	among := func(signs []string) bool {
		return slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(id, sign) })
	}
	switch f {
	case familyClaude, familyDeepSeek, familyMistral:
		return !among(freeSigns)
	}
	return among(heldSigns)
}

// schemaInWords asks a model that nobody holds to it for an answer that
// follows schema.
func schemaInWords(schema []byte) types.SystemContentBlock {
	return &types.SystemContentBlockMemberText{
		Value: "Answer with JSON alone, with nothing before or after it. It must follow this JSON Schema:\n" + string(schema),
	}
}

// unheld are the keywords that the service refuses in a schema that it holds a
// model to: bounds, which it cannot count while a model writes.
var unheld = []string{
	"minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
	"minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "patternProperties", "propertyNames",
	"contains", "minContains", "maxContains", "$schema", "$id",
}

// heldSchema returns schema as the service takes it: every object closed,
// which it demands, and without what it cannot hold. It says less than schema,
// so an answer is to be checked against the whole one. The order of keys stays,
// because it is the order in which a model writes. What is not JSON is returned
// as it is, for the service to refuse.
func heldSchema(schema []byte) []byte {
	members, ok := membersOf(schema)
	if !ok {
		return schema
	}
	object, closed := false, false
	kept := members[:0]
	for _, m := range members {
		switch {
		case slices.Contains(unheld, m.key):
			continue
		case m.key == "additionalProperties":
			m.value, closed = json.RawMessage("false"), true
		case m.key == "properties":
			m.value, object = eachMember(m.value), true
		case m.key == "$defs" || m.key == "definitions":
			m.value = eachMember(m.value)
		case m.key == "type" && string(m.value) == `"object"`:
			object = true
		case m.key == "items":
			m.value = heldSchema(m.value)
		case m.key == "anyOf" || m.key == "allOf" || m.key == "oneOf":
			if m.key == "oneOf" {
				m.key = "anyOf"
			}
			m.value = eachItem(m.value)
		}
		kept = append(kept, m)
	}
	if object && !closed {
		kept = append(kept, member{"additionalProperties", json.RawMessage("false")})
	}
	return written(kept)
}

// member is one key of a JSON object and its value.
type member struct {
	key   string
	value json.RawMessage
}

// membersOf returns an object's members in their order.
func membersOf(raw []byte) ([]member, bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, false
	}
	var members []member
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		m := member{key: key.(string)}
		if err := d.Decode(&m.value); err != nil {
			return nil, false
		}
		members = append(members, m)
	}
	_, err := d.Token()
	return members, err == nil
}

// eachMember applies heldSchema to every value of an object.
func eachMember(raw json.RawMessage) json.RawMessage {
	members, ok := membersOf(raw)
	if !ok {
		return raw
	}
	for i := range members {
		members[i].value = heldSchema(members[i].value)
	}
	return written(members)
}

// eachItem applies heldSchema to every item of an array.
func eachItem(raw json.RawMessage) json.RawMessage {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return raw
	}
	for i := range items {
		items[i] = heldSchema(items[i])
	}
	data, err := json.Marshal(items)
	if err != nil {
		return raw
	}
	return data
}

func written(members []member) []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		key, _ := json.Marshal(m.key) // a string always has a form
		b.Write(key)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}
