package bedrock

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// placeholder stands where Bedrock wants a user to have said something.
const placeholder = "."

// repairTurns makes the turns a conversation that Bedrock accepts. The order
// matters: pairing calls and results can add turns and change what is blank.
func (c *conversion) repairTurns() {
	c.fillEmpty()
	c.startWithUser()
	if c.hasTools {
		c.repairToolIDs()
		c.pairTools()
	}
	c.textBesideDocuments()
	c.trimPrefill()
	for _, name := range c.documents.changed {
		c.repair("the document name %q was changed to fit Bedrock's rule", name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.names.wire)) {
		c.repair("the tool name %q was changed to fit Bedrock's rule", name)
	}
}

// fillEmpty removes assistant turns that say nothing, merging their
// neighbours, and lets a user turn that says nothing say the placeholder.
func (c *conversion) fillEmpty() {
	kept := c.turns[:0]
	for _, t := range c.turns {
		if len(t.Content) == 0 && t.Role == types.ConversationRoleAssistant {
			c.repair("an empty assistant turn was left out")
			continue
		}
		if n := len(kept); n > 0 && kept[n-1].Role == t.Role {
			content := kept[n-1].Content
			kept[n-1].Content = append(content[:len(content):len(content)], t.Content...)
			continue
		}
		kept = append(kept, t)
	}
	c.turns = kept
	for i := range c.turns {
		if t := &c.turns[i]; len(t.Content) == 0 {
			c.repair("an empty user turn became %q", placeholder)
			t.Content = []types.ContentBlock{c.texts.block(placeholder)}
		}
	}
}

// startWithUser puts a user turn before an assistant's that opens the
// conversation, as a window cut from a longer one leaves it.
func (c *conversion) startWithUser() {
	if len(c.turns) == 0 || c.turns[0].Role == types.ConversationRoleUser {
		return
	}
	c.repair("the conversation started with the assistant")
	first := types.Message{
		Role:    types.ConversationRoleUser,
		Content: []types.ContentBlock{c.texts.block(placeholder)},
	}
	c.turns = append([]types.Message{first}, c.turns...)
}

// textBesideDocuments gives a turn that holds a document and no text the
// text that Bedrock demands beside it.
func (c *conversion) textBesideDocuments() {
	if c.documents.given == nil {
		return
	}
	for i := range c.turns {
		t := &c.turns[i]
		hasDocument, hasText := false, false
		for _, b := range t.Content {
			switch b.(type) {
			case *types.ContentBlockMemberDocument:
				hasDocument = true
			case *types.ContentBlockMemberText, *types.ContentBlockMemberGuardContent:
				hasText = true
			}
		}
		if hasDocument && !hasText {
			c.repair("a turn with a document and no text was given %q", placeholder)
			t.Content = append(t.Content[:len(t.Content):len(t.Content)], c.texts.block(placeholder))
		}
	}
}

// trimPrefill cuts white space off the end of an assistant turn that the model
// is to continue: Claude refuses it.
func (c *conversion) trimPrefill() {
	if len(c.turns) == 0 {
		return
	}
	t := &c.turns[len(c.turns)-1]
	if t.Role != types.ConversationRoleAssistant || len(t.Content) == 0 {
		return
	}
	last, ok := t.Content[len(t.Content)-1].(*types.ContentBlockMemberText)
	if !ok {
		return
	}
	if trimmed := strings.TrimRight(last.Value, " \t\r\n"); trimmed != last.Value {
		c.repair("white space at the end of the assistant's last turn was cut")
		last.Value = trimmed
	}
}
