package bedrock

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// conversion turns langchaingo's messages into Bedrock's turns and system
// blocks, for one request.
type conversion struct {
	family    family
	names     *toolNames
	documents documentNames

	turns  []types.Message
	system []types.SystemContentBlock
	blocks []types.ContentBlock // behind the turns' content: one allocation for a whole history
	texts  textArena

	last     llms.ChatMessageType // role of the message before, as the caller wrote it
	hasTools bool                 // some turn calls a tool or answers a call
	repairs  []string             // what had to be repaired; Options.Strict looks at it
}

// begin makes room for msgs.
func (c *conversion) begin(f family, names *toolNames, msgs []llms.MessageContent) {
	parts := 0
	for _, m := range msgs {
		parts += len(m.Parts)
	}
	c.family, c.names = f, names
	c.turns = make([]types.Message, 0, len(msgs))
	c.blocks = make([]types.ContentBlock, 0, parts)
	c.texts = make(textArena, 0, parts)
}

// repair notes that a history was not what Bedrock accepts.
func (c *conversion) repair(format string, args ...any) {
	c.repairs = append(c.repairs, fmt.Sprintf(format, args...))
}

// add converts all messages and repairs what they form.
func (c *conversion) add(msgs []llms.MessageContent) error {
	for i, m := range msgs {
		if err := c.addMessage(m); err != nil {
			return fmt.Errorf("message %d (%s): %w", i+1, m.Role, err)
		}
		c.last = m.Role
	}
	c.repairTurns()
	return nil
}

func (c *conversion) addMessage(m llms.MessageContent) error {
	switch m.Role {
	case llms.ChatMessageTypeSystem:
		return c.addSystem(m.Parts)
	case llms.ChatMessageTypeAI, "assistant": // Bedrock's and OpenAI's words: langchaingo's own suite uses them
		return c.addTurn(types.ConversationRoleAssistant, m)
	case llms.ChatMessageTypeHuman, "user", llms.ChatMessageTypeGeneric, llms.ChatMessageTypeTool, llms.ChatMessageTypeFunction:
		return c.addTurn(types.ConversationRoleUser, m)
	}
	return fmt.Errorf("a role that is none of system, human, ai, tool, function and generic")
}

// addTurn appends a message to the turn before when that has the same role:
// Bedrock wants roles to alternate. Several tool messages are one user turn by
// langchaingo's own convention, so only two messages of one speaker are a repair.
func (c *conversion) addTurn(role types.ConversationRole, m llms.MessageContent) error {
	switch n := len(c.turns); {
	case n == 0 || c.turns[n-1].Role != role:
		c.turns = append(c.turns, types.Message{Role: role, Content: c.blocks[len(c.blocks):len(c.blocks)]})
	case m.Role == c.last && m.Role != llms.ChatMessageTypeTool && m.Role != llms.ChatMessageTypeFunction:
		c.repair("consecutive %s messages were merged", m.Role)
	}
	for i, part := range m.Parts {
		if err := c.addPart(part); err != nil {
			return fmt.Errorf("part %d: %w", i+1, err)
		}
	}
	return nil
}

// put appends a block to the current turn.
func (c *conversion) put(b types.ContentBlock) {
	turn := &c.turns[len(c.turns)-1]
	c.blocks = append(c.blocks, b)
	turn.Content = append(turn.Content, b)
}

// addPart converts one part. It is the table of what goes where.
func (c *conversion) addPart(part llms.ContentPart) error {
	switch p := part.(type) {
	case llms.TextContent:
		c.addText(p.Text)
	case llms.BinaryContent:
		return c.addPart(binaryPart(p))
	case llms.ImageURLContent:
		image, err := imageOfURL(p.URL)
		if err != nil {
			return err
		}
		return c.addPart(image)
	case llms.CachedContent:
		return c.addCached(p)
	case llms.ToolCall:
		return c.addToolCall(p)
	case llms.ToolCallResponse:
		return c.addToolResult(message.ToolResult{
			ToolCallID: p.ToolCallID, Name: p.Name,
			Parts: []llms.ContentPart{llms.TextContent{Text: p.Content}},
		})
	case message.ToolResult:
		return c.addToolResult(p)
	case message.Reasoning:
		c.addReasoning(p)
	case message.CachePoint:
		b, err := cachePointBlock(p.TTL)
		c.put(&types.ContentBlockMemberCachePoint{Value: b})
		return err
	case message.Guarded:
		b, err := guardedBlock(p)
		c.put(&types.ContentBlockMemberGuardContent{Value: b})
		return err
	case message.Cited:
		b, err := c.citedBlock(p)
		c.put(b)
		return err
	default:
		return c.addFile(part)
	}
	return nil
}

// addFile converts what has a format and a source.
func (c *conversion) addFile(part llms.ContentPart) error {
	switch p := part.(type) {
	case message.Image:
		b, err := imageBlock(p)
		c.put(&types.ContentBlockMemberImage{Value: b})
		return err
	case message.Video:
		b, err := videoBlock(p)
		c.put(&types.ContentBlockMemberVideo{Value: b})
		return err
	case message.Audio:
		b, err := audioBlock(p)
		c.put(&types.ContentBlockMemberAudio{Value: b})
		return err
	case message.Document:
		b, err := documentBlock(p, c.documents.name(p))
		c.put(&types.ContentBlockMemberDocument{Value: b})
		return err
	case message.SearchResult:
		c.put(&types.ContentBlockMemberSearchResult{Value: searchResultBlock(p)})
		return nil
	case nil:
		return fmt.Errorf("it is nil")
	}
	if v := reflect.ValueOf(part); v.Kind() == reflect.Pointer && !v.IsNil() {
		if p, ok := v.Elem().Interface().(llms.ContentPart); ok {
			return c.addPart(p)
		}
	}
	return fmt.Errorf("a %T has no place in a turn", part)
}
