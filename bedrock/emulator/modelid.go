package emulator

import (
	"regexp"
	"strings"
)

// arnID is the ARN of a model, a profile, a prompt or an endpoint, as the API
// page of Converse lists them for modelId.
var arnID = regexp.MustCompile(`^arn:aws(?:-[a-z]+)*:(?:bedrock|sagemaker):[a-z0-9-]{1,20}:(?:[0-9]{12})?:` +
	`(?:foundation-model|inference-profile|application-inference-profile|provisioned-model|custom-model` +
	`|custom-model-deployment|imported-model|prompt|prompt-router|default-prompt-router|marketplace/model-endpoint|endpoint)` +
	`/[A-Za-z0-9._:/-]{1,256}$`)

var promptARN = regexp.MustCompile(`^arn:aws(?:-[a-z]+)*:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:prompt/`)

// isPrompt tells the ARN of a prompt resource.
func isPrompt(id string) bool { return strings.HasPrefix(id, "arn:") && promptARN.MatchString(id) }

func checkModelID(id string) *Failure {
	if strings.HasPrefix(id, "arn:") && arnID.MatchString(id) || isModelName(id) {
		return nil
	}
	return invalid("%s", msgModelID)
}

// isModelName tells provider.model with an optional profile prefix in front
// and up to two versions behind, such as us.anthropic.claude-3-haiku-v1:0. It
// is checked by hand because every call is.
func isModelName(id string) bool {
	dots, colons, length := 0, 0, 0
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-':
			if length++; length > 63 {
				return false
			}
			continue
		case c == '.' && colons == 0:
			dots++
		case c == ':':
			colons++
		default:
			return false
		}
		if length == 0 {
			return false
		}
		length = 0
	}
	return length > 0 && 1 <= dots && dots <= 3 && colons <= 2
}
