package serve

import "net/http"

// object and array are JSON values.
type (
	object = map[string]any
	array  = []any
)

// getOpenAPI describes the endpoints, and every chain's input and output.
func (s *Server) getOpenAPI(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.openAPI())
}

// openAPI returns the document (OpenAPI 3.1.0, whose schemas are JSON Schema
// 2020-12). A chain has paths of its own, with its own schemas in them, which
// stand among the components. Whoever adds an endpoint describes it here: a
// test walks the routes.
func (s *Server) openAPI() object {
	schemas := sharedSchemas()
	paths := object{}
	s.describeServer(paths)
	s.describeRuns(paths)
	s.describeJobs(paths)
	s.describeChat(paths, schemas)
	served := s.names()
	slugs := slugsOf(served)
	for i, name := range served {
		if c := s.Chain(name); c != nil { // else it has just been taken away
			s.describeChain(chainDoc{c, slugs[i]}, paths, schemas)
		}
	}
	doc := object{
		"openapi": "3.1.0",
		"info":    object{"title": "Causeway", "version": "1", "description": "Chains over foundation models: as JSON, as a stream of events, as jobs, as chats."},
		"servers": array{object{"url": "/"}},
		"tags": array{
			tag("chains", "Run a chain, and answer what a run asks."),
			tag("runs", "What becomes of a run."),
			tag("jobs", "Runs that outlive their request."),
			tag("chat", "Chains as chat models, for clients that speak OpenAI's language."),
			tag("server", "The server itself."),
		},
		"paths": paths,
		"components": object{
			"schemas":         schemas,
			"responses":       object{"Problem": problemResponse(), "OpenAIError": openAIErrorResponse()},
			"securitySchemes": object{"key": object{"type": "http", "scheme": "bearer", "description": "What serve.BearerKeys checks; a server may ask for something else."}},
		},
		"security": array{},
	}
	if s.o.Auth != nil {
		doc["security"] = array{object{"key": array{}}}
	}
	return doc
}

func tag(name, description string) object { return object{"name": name, "description": description} }
