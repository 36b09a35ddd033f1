package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/schemas"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
	smithydocument "github.com/aws/smithy-go/document"
)

// Below these the SDK is quick enough, and a call stays as lean as it is.
const (
	manyTurns = 8
	manyTools = 4
)

// fastInput is an input whose messages and tools are JSON already. The SDK
// takes them as it takes any document.
type fastInput struct {
	schema          *smithy.Schema
	rest            interface{ SerializeMembers(smithy.ShapeSerializer) }
	messages, tools rawDocument
	messagesMember  *smithy.Schema
	toolsMember     *smithy.Schema
}

// Serialize writes the whole input.
func (f *fastInput) Serialize(s smithy.ShapeSerializer) {
	s.WriteStruct(f.schema)
	if f.messages.json != nil {
		s.WriteDocument(f.messagesMember, &smithydocument.Opaque{Value: &f.messages})
	}
	if f.tools.json != nil {
		s.WriteDocument(f.toolsMember, &smithydocument.Opaque{Value: &f.tools})
	}
	f.rest.SerializeMembers(s)
	s.CloseStruct()
}

// fastInputOf returns in with what is long in it written; nil when nothing is,
// or when it holds what is not written here.
func fastInputOf(in smithy.Serializable) *fastInput {
	f := &fastInput{}
	switch in := in.(type) {
	case *bedrockruntime.ConverseInput:
		if !f.write(in.Messages, in.ToolConfig) {
			return nil
		}
		rest := *in
		f.drop(&rest.Messages, &rest.ToolConfig)
		f.schema, f.rest = schemas.ConverseRequest, &rest
		f.messagesMember, f.toolsMember = schemas.ConverseRequest_messages, schemas.ConverseRequest_toolConfig
	case *bedrockruntime.ConverseStreamInput:
		if !f.write(in.Messages, in.ToolConfig) {
			return nil
		}
		rest := *in
		f.drop(&rest.Messages, &rest.ToolConfig)
		f.schema, f.rest = schemas.ConverseStreamRequest, &rest
		f.messagesMember, f.toolsMember = schemas.ConverseStreamRequest_messages, schemas.ConverseStreamRequest_toolConfig
	default:
		return nil
	}
	return f
}

// release gives the buffers back: the SDK has copied what is in them.
func (f *fastInput) release() {
	giveBuffer(f.messages.json)
	giveBuffer(f.tools.json)
}

// write writes what is long, and reports whether anything was written.
func (f *fastInput) write(msgs []types.Message, tools *types.ToolConfiguration) bool {
	if len(msgs) >= manyTurns {
		f.messages.json = messagesJSON(msgs)
	}
	if tools != nil && len(tools.Tools) >= manyTools {
		f.tools.json = toolsJSON(tools)
	}
	return f.messages.json != nil || f.tools.json != nil
}

// drop takes what was written out of the rest.
func (f *fastInput) drop(msgs *[]types.Message, tools **types.ToolConfiguration) {
	if f.messages.json != nil {
		*msgs = nil
	}
	if f.tools.json != nil {
		*tools = nil
	}
}
