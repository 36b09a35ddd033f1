package bedrock

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// addText leaves blank text out: one blank block makes Bedrock refuse the
// whole history, now and at every later turn.
func (c *conversion) addText(text string) {
	if strings.TrimSpace(text) == "" {
		c.repair("blank text was left out")
		return
	}
	c.put(c.texts.block(text))
}

// addCached converts langchaingo's cached part: itself, then a cache point.
func (c *conversion) addCached(p llms.CachedContent) error {
	turn := &c.turns[len(c.turns)-1]
	before := len(turn.Content)
	if err := c.addPart(p.ContentPart); err != nil || len(turn.Content) == before {
		return err
	}
	return c.addPart(message.CachePoint{TTL: cachedTTL(p.CacheControl)})
}

func (c *conversion) addToolCall(p llms.ToolCall) error {
	b, repaired, err := toolUseBlock(p)
	if err != nil {
		return err
	}
	if repaired {
		c.repair("the arguments of tool call %s were no JSON object and were wrapped in one", p.ID)
	}
	name := c.names.toWire(p.FunctionCall.Name)
	b.Value.Name = &name
	c.hasTools = true
	c.put(b)
	return nil
}

func (c *conversion) addToolResult(p message.ToolResult) error {
	b, err := c.toolResultBlock(p)
	if err != nil {
		return err
	}
	c.hasTools = true
	c.put(b)
	return nil
}

// addReasoning replays reasoning where the model takes it. Claude refuses
// reasoning that it did not sign, such as another model's after a failover;
// DeepSeek refuses any.
func (c *conversion) addReasoning(p message.Reasoning) {
	switch {
	case c.family == familyDeepSeek:
		c.repair("reasoning was left out: DeepSeek takes none back")
	case c.family == familyClaude && p.Redacted == nil && p.Signature == "":
		c.repair("reasoning without a signature was left out: Claude takes back only what it signed")
	default:
		c.put(reasoningBlock(p))
	}
}

// addSystem appends system blocks. A message without parts leaves an empty
// list, which is not the same on the wire as none.
func (c *conversion) addSystem(parts []llms.ContentPart) error {
	if c.system == nil {
		c.system = make([]types.SystemContentBlock, 0, len(parts)+1)
	}
	if len(c.turns) > 0 {
		c.repair("a system message in the middle of the conversation went to its front")
	}
	for _, part := range parts {
		if err := c.addSystemPart(part); err != nil {
			return err
		}
	}
	return nil
}

func (c *conversion) addSystemPart(part llms.ContentPart) error {
	switch p := part.(type) {
	case message.CachePoint:
		b, err := cachePointBlock(p.TTL)
		c.system = append(c.system, &types.SystemContentBlockMemberCachePoint{Value: b})
		return err
	case message.Guarded:
		b, err := guardedBlock(p)
		c.system = append(c.system, &types.SystemContentBlockMemberGuardContent{Value: b})
		return err
	case llms.CachedContent:
		before := len(c.system)
		if err := c.addSystemPart(p.ContentPart); err != nil || len(c.system) == before {
			return err
		}
		return c.addSystemPart(message.CachePoint{TTL: cachedTTL(p.CacheControl)})
	}
	text, ok := message.Text(part)
	switch {
	case !ok:
		return fmt.Errorf("a %T has no place in a system message", part)
	case strings.TrimSpace(text) == "":
		c.repair("blank system text was left out")
	default:
		c.system = append(c.system, &types.SystemContentBlockMemberText{Value: text})
	}
	return nil
}
