package bedrock

import "strings"

// family is the maker's line of a model. It decides how model-specific fields
// are written and what a history may hold.
type family string

const (
	familyUnknown  family = ""
	familyClaude   family = "claude"
	familyNova     family = "nova"
	familyDeepSeek family = "deepseek"
	familyMistral  family = "mistral"
	familyLlama    family = "llama"
	familyCohere   family = "cohere"
	familyGPTOSS   family = "gpt-oss"
	familyQwen     family = "qwen"
)

// familySigns are parts of model ids. An inference profile's id or ARN
// contains the model's; an application inference profile's ARN does not, which
// is what Options.BaseModel is for.
var familySigns = []struct {
	sign   string
	family family
}{
	{"anthropic.claude", familyClaude},
	{"amazon.nova", familyNova},
	{"deepseek.", familyDeepSeek},
	{"mistral.", familyMistral},
	{"meta.llama", familyLlama},
	{"cohere.", familyCohere},
	{"openai.gpt-oss", familyGPTOSS},
	{"qwen.", familyQwen},
}

func familyOf(modelID string) family {
	for _, s := range familySigns {
		if strings.Contains(modelID, s.sign) {
			return s.family
		}
	}
	return familyUnknown
}

// caches reports whether models of the family take cache points. An unknown
// family is believed.
func (f family) caches() bool {
	return f == familyClaude || f == familyNova || f == familyUnknown
}

// reasons reports whether a model thinks before it answers when asked to. The
// models that never do are the short list.
func reasons(f family, id string) bool {
	switch f {
	case familyClaude:
		for _, old := range []string{"claude-v2", "claude-instant", "claude-3-haiku", "claude-3-sonnet", "claude-3-opus", "claude-3-5"} {
			if strings.Contains(id, old) {
				return false
			}
		}
		return true
	case familyNova:
		return strings.Contains(id, "nova-2")
	case familyDeepSeek, familyGPTOSS:
		return true
	}
	return false
}
