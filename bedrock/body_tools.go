package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// toolsJSON writes a tool configuration; nil when it holds what is not written
// here.
func toolsJSON(tc *types.ToolConfiguration) []byte {
	w := &jsonWriter{buf: takeBuffer(toolsSize(tc))}
	w.raw("{")
	w.toolChoice(tc.ToolChoice)
	w.raw(`"tools":`)
	w.list(len(tc.Tools), func(i int) { w.tool(tc.Tools[i]) })
	w.raw("}")
	if w.bad {
		giveBuffer(w.buf)
		return nil
	}
	return w.buf
}

// toolsSize guesses the length of the JSON.
func toolsSize(tc *types.ToolConfiguration) int {
	n := 100
	for _, t := range tc.Tools {
		n += 100
		if spec, ok := t.(*types.ToolMemberToolSpec); ok {
			n += len(str(spec.Value.Description)) + len(str(spec.Value.Name))
			if schema, ok := spec.Value.InputSchema.(*types.ToolInputSchemaMemberJson); ok {
				if raw, ok := schema.Value.(*rawDocument); ok {
					n += len(raw.json)
				}
			}
		}
	}
	return n
}

func (w *jsonWriter) toolChoice(c types.ToolChoice) {
	switch c := c.(type) {
	case nil:
	case *types.ToolChoiceMemberAuto:
		w.raw(`"toolChoice":{"auto":{}},`)
	case *types.ToolChoiceMemberAny:
		w.raw(`"toolChoice":{"any":{}},`)
	case *types.ToolChoiceMemberTool:
		w.member(`"toolChoice":{"tool":{"name":`, c.Value.Name)
		w.raw("}},")
	default:
		w.bad = true
	}
}

func (w *jsonWriter) tool(t types.Tool) {
	spec, ok := t.(*types.ToolMemberToolSpec)
	if !ok {
		w.bad = true
		return
	}
	v := &spec.Value
	w.raw(`{"toolSpec":{`)
	if v.Description != nil {
		w.member(`"description":`, v.Description)
		w.raw(",")
	}
	schema, ok := v.InputSchema.(*types.ToolInputSchemaMemberJson)
	if !ok {
		w.bad = true
		return
	}
	w.raw(`"inputSchema":{"json":`)
	w.document(schema.Value)
	w.member(`},"name":`, v.Name)
	if v.Strict != nil && *v.Strict {
		w.raw(`,"strict":true`)
	}
	w.raw("}}")
}
