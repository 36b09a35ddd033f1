package bedrock

import (
	"time"

	smithydocument "github.com/aws/smithy-go/document"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// streamed gathers an answer from the events of a stream.
type streamed struct {
	*request
	tell       teller
	requestID  string
	began      time.Time
	firstToken time.Duration

	blocks     []*streamBlock
	stopped    bool // messageStop came
	stopReason string
	fields     smithydocument.Marshaler
	metadata   *types.ConverseStreamMetadataEvent
}

// streamBlock gathers one block. Its kind shows in what was filled.
type streamBlock struct {
	index     int32
	text      []byte // of the answer, or a tool's input
	reasoning []byte
	signature []byte
	redacted  []byte
	citations []message.Citation

	tool   *types.ToolUseBlockStart
	call   message.Delta // what every delta of the call repeats
	result *message.ToolResult
	image  *message.Image
}

// block returns the block of that index, a new one when it is the first time.
func (s *streamed) block(index *int32) *streamBlock {
	var i int32
	if index != nil {
		i = *index
	}
	for n := len(s.blocks) - 1; n >= 0; n-- {
		if s.blocks[n].index == i {
			return s.blocks[n]
		}
	}
	b := &streamBlock{index: i}
	s.blocks = append(s.blocks, b)
	return b
}

func (s *streamed) start(b *streamBlock, start types.ContentBlockStart) error {
	switch v := start.(type) {
	case *types.ContentBlockStartMemberToolUse:
		s.first()
		b.tool = &v.Value
		b.call = message.Delta{
			Kind:       message.DeltaToolInput,
			ToolCallID: str(v.Value.ToolUseId),
			ToolName:   s.names.toCaller(str(v.Value.Name)),
		}
		return s.report(b.call)
	case *types.ContentBlockStartMemberToolResult:
		b.result = &message.ToolResult{
			ToolCallID: str(v.Value.ToolUseId),
			IsError:    v.Value.Status == types.ToolResultStatusError,
		}
	case *types.ContentBlockStartMemberImage:
		b.image = &message.Image{MIMEType: imageFormats.mime(string(v.Value.Format))}
	}
	return nil
}

// delta adds a piece to its block. A kind the SDK does not know is a nil delta.
func (s *streamed) delta(b *streamBlock, delta types.ContentBlockDelta) error {
	switch d := delta.(type) {
	case *types.ContentBlockDeltaMemberText:
		s.first()
		b.text = append(b.text, d.Value...)
		return s.report(message.Delta{Kind: message.DeltaText, Text: d.Value})
	case *types.ContentBlockDeltaMemberToolUse:
		input := str(d.Value.Input)
		b.text = append(b.text, input...)
		piece := b.call
		piece.Kind, piece.Text = message.DeltaToolInput, input
		return s.report(piece)
	case *types.ContentBlockDeltaMemberReasoningContent:
		return s.reasoningDelta(b, d.Value)
	case *types.ContentBlockDeltaMemberCitation:
		c := s.citationOfDelta(d.Value)
		b.citations = append(b.citations, c)
		return s.report(message.Delta{Kind: message.DeltaCitation, Citation: &c})
	case *types.ContentBlockDeltaMemberImage:
		if data, ok := d.Value.Source.(*types.ImageSourceMemberBytes); ok && b.image != nil {
			b.image.Data = append(b.image.Data, data.Value...)
		}
	case *types.ContentBlockDeltaMemberToolResult:
		if err := b.resultDelta(d.Value); err != nil {
			return streamError(opStream, s.model, s.requestID, err)
		}
	}
	return nil
}

func (s *streamed) reasoningDelta(b *streamBlock, delta types.ReasoningContentBlockDelta) error {
	switch d := delta.(type) {
	case *types.ReasoningContentBlockDeltaMemberText:
		s.first()
		b.reasoning = append(b.reasoning, d.Value...)
		return s.report(message.Delta{Kind: message.DeltaReasoning, Text: d.Value})
	case *types.ReasoningContentBlockDeltaMemberSignature:
		b.signature = append(b.signature, d.Value...)
	case *types.ReasoningContentBlockDeltaMemberRedactedContent:
		b.redacted = append(b.redacted, d.Value...)
	}
	return nil
}

func (b *streamBlock) resultDelta(deltas []types.ToolResultBlockDelta) error {
	if b.result == nil {
		return nil
	}
	for _, d := range deltas {
		switch d := d.(type) {
		case *types.ToolResultBlockDeltaMemberText:
			b.result.Parts = appendText(b.result.Parts, d.Value)
		case *types.ToolResultBlockDeltaMemberJson:
			value, err := documentJSON(d.Value)
			if err != nil {
				return err
			}
			b.result.Parts = append(b.result.Parts, message.JSON{Value: value})
		}
	}
	return nil
}

// appendText lengthens the last text of parts, or starts one.
func appendText(parts []llms.ContentPart, more string) []llms.ContentPart {
	if n := len(parts); n > 0 {
		if t, ok := parts[n-1].(llms.TextContent); ok {
			parts[n-1] = llms.TextContent{Text: t.Text + more}
			return parts
		}
	}
	return append(parts, llms.TextContent{Text: more})
}

// gathered returns the whole block as a part; nil for one in which nothing came.
func (s *streamed) gathered(b *streamBlock) llms.ContentPart {
	switch {
	case b.tool != nil:
		arguments := string(b.text)
		if arguments == "" {
			arguments = "{}"
		}
		return s.newToolCall(str(b.tool.ToolUseId), str(b.tool.Name), arguments, b.tool.Type)
	case b.result != nil:
		return *b.result
	case b.image != nil:
		return *b.image
	case b.redacted != nil:
		return message.Reasoning{Redacted: b.redacted}
	case b.reasoning != nil || b.signature != nil:
		return message.Reasoning{Text: string(b.reasoning), Signature: string(b.signature)}
	case b.citations != nil:
		return message.Cited{Text: string(b.text), Citations: b.citations}
	case b.text != nil:
		return llms.TextContent{Text: string(b.text)}
	}
	return nil
}
