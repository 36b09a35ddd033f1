package emulator

import (
	"slices"
	"strings"
)

// What models cannot do, from the table of models and features on the page of
// the Converse API and from what users report. A model that is not here can
// do everything.
var (
	noTools       = []string{"amazon.titan-text", "anthropic.claude-v2", "anthropic.claude-instant", "deepseek.r1", "meta.llama2", "meta.llama3-8b", "meta.llama3-70b", "mistral.mistral-7b", "mistral.mixtral"}
	noStreamTools = []string{"meta.llama3-1", "meta.llama3-2", "meta.llama3-3", "meta.llama4"}
	noSystem      = []string{"amazon.titan-text", "mistral.mistral-7b", "mistral.mixtral"}
)

// checkCapabilities refuses what the model cannot do.
func checkCapabilities(r *Request) *Failure {
	is := func(names []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(r.ModelID, name) })
	}
	switch {
	case r.ToolConfig != nil && is(noTools):
		return invalid("This model doesn't support tool use.")
	case r.ToolConfig != nil && r.Operation.Streaming() && is(noStreamTools):
		return invalid("This model doesn't support tool use in streaming mode.")
	case len(r.System) > 0 && is(noSystem):
		return invalid("This model doesn't support system messages. Try again without a system message or use a model that supports system messages.")
	}
	return nil
}
