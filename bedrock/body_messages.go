package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// messagesJSON writes turns; nil when one holds a block that is not written
// here, such as an image.
func messagesJSON(msgs []types.Message) []byte {
	w := &jsonWriter{buf: takeBuffer(messagesSize(msgs))}
	w.list(len(msgs), func(i int) {
		w.raw(`{"content":`)
		w.list(len(msgs[i].Content), func(k int) { w.block(msgs[i].Content[k]) })
		w.raw(`,"role":`)
		w.str(string(msgs[i].Role))
		w.raw("}")
	})
	if w.bad {
		giveBuffer(w.buf)
		return nil
	}
	return w.buf
}

// messagesSize guesses the length of the JSON, so that it is written in one
// piece.
func messagesSize(msgs []types.Message) int {
	n := 2
	for _, m := range msgs {
		n += 40
		for _, b := range m.Content {
			n += 100
			if t, ok := b.(*types.ContentBlockMemberText); ok {
				n += len(t.Value) - 60
			}
		}
	}
	return n
}

func (w *jsonWriter) block(b types.ContentBlock) {
	switch b := b.(type) {
	case *types.ContentBlockMemberText:
		w.raw(`{"text":`)
		w.str(b.Value)
		w.raw("}")
	case *types.ContentBlockMemberToolUse:
		w.toolUse(&b.Value)
	case *types.ContentBlockMemberToolResult:
		w.toolResult(&b.Value)
	case *types.ContentBlockMemberReasoningContent:
		w.reasoning(b.Value)
	default:
		w.bad = true
	}
}

func (w *jsonWriter) toolUse(u *types.ToolUseBlock) {
	w.raw(`{"toolUse":{"input":`)
	w.document(u.Input)
	w.member(`,"name":`, u.Name)
	w.member(`,"toolUseId":`, u.ToolUseId)
	w.bad = w.bad || u.Type != ""
	w.raw("}}")
}

func (w *jsonWriter) toolResult(r *types.ToolResultBlock) {
	w.raw(`{"toolResult":{"content":`)
	w.list(len(r.Content), func(i int) {
		switch part := r.Content[i].(type) {
		case *types.ToolResultContentBlockMemberText:
			w.raw(`{"text":`)
			w.str(part.Value)
		case *types.ToolResultContentBlockMemberJson:
			w.raw(`{"json":`)
			w.document(part.Value)
		default:
			w.bad = true
		}
		w.raw("}")
	})
	if r.Status != "" {
		w.raw(`,"status":`)
		w.str(string(r.Status))
	}
	w.member(`,"toolUseId":`, r.ToolUseId)
	w.bad = w.bad || r.Type != nil
	w.raw("}}")
}

func (w *jsonWriter) reasoning(r types.ReasoningContentBlock) {
	text, ok := r.(*types.ReasoningContentBlockMemberReasoningText)
	if !ok {
		w.bad = true
		return
	}
	w.raw(`{"reasoningContent":{"reasoningText":{`)
	if text.Value.Signature != nil {
		w.member(`"signature":`, text.Value.Signature)
		w.raw(",")
	}
	w.member(`"text":`, text.Value.Text)
	w.raw("}}}")
}
