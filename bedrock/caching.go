package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// maxCachePoints is how many a request may hold (Bedrock user guide, prompt
// caching).
const maxCachePoints = 4

// cachePoints adds the points that Options.Caching or llms.WithPromptCaching
// ask for, and then sees to Bedrock's limit.
func (r *request) cachePoints(c *conversion, tools *types.ToolConfiguration) error {
	want := r.Caching
	if on, ok := r.lc.Metadata["prompt_caching"].(bool); ok {
		want.System, want.Tools, want.Messages = on, on, on
	}
	point, err := cachePointBlock(want.TTL)
	if err != nil {
		return err
	}
	if !r.family.caches() {
		c.dropCachePoints(0)
		return nil
	}
	budget := maxCachePoints - c.countCachePoints()
	if budget < 0 {
		c.dropCachePoints(maxCachePoints)
	}
	add := func(wanted bool) bool {
		if !wanted || budget <= 0 {
			return false
		}
		budget--
		return true
	}
	if n := len(c.system); n > 0 && !isSystemCachePoint(c.system[n-1]) && add(want.System) {
		c.system = append(c.system, &types.SystemContentBlockMemberCachePoint{Value: point})
	}
	if tools != nil && add(want.Tools) {
		tools.Tools = append(tools.Tools, &types.ToolMemberCachePoint{Value: point})
	}
	if last := c.lastUserTurn(); last != nil && !isCachePoint(last.Content[len(last.Content)-1]) && add(want.Messages) {
		last.Content = append(last.Content[:len(last.Content):len(last.Content)], &types.ContentBlockMemberCachePoint{Value: point})
	}
	return nil
}

func isCachePoint(b types.ContentBlock) bool {
	_, ok := b.(*types.ContentBlockMemberCachePoint)
	return ok
}

func isSystemCachePoint(b types.SystemContentBlock) bool {
	_, ok := b.(*types.SystemContentBlockMemberCachePoint)
	return ok
}

func (c *conversion) lastUserTurn() *types.Message {
	for i := len(c.turns) - 1; i >= 0; i-- {
		if c.turns[i].Role == types.ConversationRoleUser {
			return &c.turns[i]
		}
	}
	return nil
}

func (c *conversion) countCachePoints() int {
	n := 0
	for _, b := range c.system {
		if isSystemCachePoint(b) {
			n++
		}
	}
	for _, t := range c.turns {
		for _, b := range t.Content {
			if isCachePoint(b) {
				n++
			}
		}
	}
	return n
}

// dropCachePoints leaves keep points: those of the system first, then the
// newest of the conversation, which is where a growing one pays.
func (c *conversion) dropCachePoints(keep int) {
	extra := c.countCachePoints() - keep
	if extra <= 0 {
		return
	}
	c.repair("%d cache points more than the model takes were left out", extra)
	for i := range c.turns {
		t := &c.turns[i]
		kept := make([]types.ContentBlock, 0, len(t.Content))
		for _, b := range t.Content {
			if extra > 0 && isCachePoint(b) {
				extra--
				continue
			}
			kept = append(kept, b)
		}
		t.Content = kept
	}
	system := c.system[:0]
	for _, b := range c.system {
		if extra > 0 && isSystemCachePoint(b) {
			extra--
			continue
		}
		system = append(system, b)
	}
	c.system = system
}
