package serve

import (
	"net/http"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/chain"
)

// chatModel is a chain as a chat client sees it.
type chatModel struct {
	chain  *chain.Chain
	input  string // takes the user's last words
	system string // takes what the client says as the system; empty: nothing does
	output string // is the reply
}

// systemInput is the optional input by which a chain says that its callers may
// instruct it, as chat clients do in messages of role system.
const systemInput = "system"

// chatNeeds tells whoever asks for a chain that is no model what one needs.
const chatNeeds = "A chain takes messages when it has exactly one required input, a string, and an output that is a string."

// asChatModel reports whether a chain takes messages. What a chain is not sure
// about, the answer of a prompt that nobody has fetched yet, counts as text
// where nothing else does.
func asChatModel(c *chain.Chain) (chatModel, bool) {
	m := chatModel{chain: c}
	in := c.InputSchema()
	for _, name := range c.Inputs() {
		p := in.Properties[name]
		switch {
		case p != nil && p.Default != nil:
		case m.input != "", text(p) == never:
			return m, false
		default:
			m.input = name
		}
	}
	if p := in.Properties[systemInput]; p != nil && m.input != systemInput && text(p) == always {
		m.system = systemInput
	}
	out := c.OutputSchema()
	best := never
	for _, name := range c.Outputs() {
		if is := text(out.Properties[name]); is > best {
			m.output, best = name, is
		}
	}
	return m, m.input != "" && m.output != ""
}

// certainty is how sure it is that a value is a string.
type certainty int

const (
	never certainty = iota
	perhaps
	always
)

// text looks whether values of a schema are strings; null besides does no harm.
func text(s *jsonschema.Schema) certainty {
	if s == nil {
		return perhaps
	}
	if len(s.AnyOf) > 0 {
		is := always
		for _, one := range s.AnyOf {
			if one.Type != "null" {
				is = min(is, text(one))
			}
		}
		return is
	}
	kinds := s.Types
	if s.Type != "" {
		kinds = []string{s.Type}
	}
	switch {
	case len(kinds) == 0 && s.Enum == nil && s.Const == nil && s.OneOf == nil && s.AllOf == nil && s.Properties == nil:
		return perhaps
	case slices.Contains(kinds, "string") && !slices.ContainsFunc(kinds, func(k string) bool { return k != "string" && k != "null" }):
		return always
	}
	return never
}

// modelInfo is a model in OpenAI's list.
type modelInfo struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
	// Ours: what the chain is for, and whether it reads the earlier messages.
	Description    string `json:"description,omitempty"`
	Conversational bool   `json:"conversational"`
}

func (s *Server) modelInfo(m chatModel) modelInfo {
	return modelInfo{m.chain.Name(), "model", s.born.Unix(), "causeway", m.chain.Description(), m.chain.Conversational()}
}

// getModels lists the chains that take messages.
func (s *Server) getModels(w http.ResponseWriter, _ *http.Request) {
	list := []modelInfo{}
	for _, name := range s.names() {
		if c := (*s.chains.Load())[name]; c != nil {
			if m, ok := asChatModel(c); ok {
				list = append(list, s.modelInfo(m))
			}
		}
	}
	writeJSON(w, http.StatusOK, object{"object": "list", "data": list})
}

// getModel tells of one.
func (s *Server) getModel(w http.ResponseWriter, r *http.Request) {
	m, fault := s.chatModel(r.PathValue("id"))
	if fault != nil {
		fault.write(w, http.StatusNotFound)
		return
	}
	writeJSON(w, http.StatusOK, s.modelInfo(m))
}

// chatModel returns the model of a name, or what is wrong with the name.
func (s *Server) chatModel(name string) (chatModel, *openAIError) {
	c := (*s.chains.Load())[name]
	if c == nil {
		return chatModel{}, &openAIError{Message: "There is no model of this name. GET /v1/models lists those there are.", Param: "model", Code: "model_not_found"}
	}
	m, ok := asChatModel(c)
	if !ok {
		return chatModel{}, &openAIError{Message: "The chain " + name + " takes no messages. " + chatNeeds, Param: "model", Code: "not_a_chat_model"}
	}
	return m, nil
}
