package emulator

import "strings"

// maxCachePoints is how many prefixes a request may cache.
const maxCachePoints = 4

// checkModelRules holds what the models behind Converse refuse themselves.
func checkModelRules(r *Request) *Failure {
	if n := cachePoints(r); n > maxCachePoints {
		return modelError("A maximum of %d blocks with cache_control may be provided. Found %d.", maxCachePoints, n)
	}
	for i, m := range r.Messages {
		for j, b := range m.Content {
			if !genuine(b.Reasoning) {
				return modelError("messages.%d.content.%d: Invalid `signature` in `thinking` block", i, j)
			}
		}
	}
	if f := checkCapabilities(r); f != nil {
		return f
	}
	return checkClaude(r)
}

func cachePoints(r *Request) int {
	n := 0
	for _, b := range r.System {
		n += count(b.CachePoint != nil)
	}
	for _, m := range r.Messages {
		for _, b := range m.Content {
			n += count(b.CachePoint != nil)
		}
	}
	if r.ToolConfig != nil {
		for _, t := range r.ToolConfig.Tools {
			n += count(t.CachePoint != nil)
		}
	}
	return n
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// genuine tells whether reasoning with one of the emulator's signatures still
// has the text that was signed. Other signatures cannot be checked.
func genuine(r *Reasoning) bool {
	if r == nil || r.Text == nil || !strings.HasPrefix(r.Text.Signature, sealMark) {
		return true
	}
	return r.Text.Signature == signature(r.Text.Text)
}
