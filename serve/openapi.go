package serve

import (
	"net/http"

	"github.com/causeway-go/causeway/chain"
)

// object and array are JSON values.
type (
	object = map[string]any
	array  = []any
)

// getOpenAPI describes the endpoints and every chain's input and output.
func (s *Server) getOpenAPI(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.openAPI())
}

// openAPI returns the document (OpenAPI 3.1.0).
func (s *Server) openAPI() object {
	paths := object{
		"/healthz": object{"get": operation("health", "Is the server up?", "ok")},
		"/readyz":  object{"get": operation("ready", "Does the server take runs?", "ok")},
		"/v1/runs/{id}/events": object{
			"parameters": array{parameter("path", "id", "the run", true), parameter("header", "Last-Event-ID", "the last event that was read", false)},
			"get":        streaming(operation("readEvents", "Read a streamed run again", "the events after Last-Event-ID")),
		},
		"/v1/runs/{id}": object{
			"parameters": array{parameter("path", "id", "the run", true)},
			"delete":     cancelOperation(),
		},
		"/v1/runs/{id}/feedback": object{
			"parameters": array{parameter("path", "id", "the run", true)},
			"post":       s.feedbackOperation(),
		},
	}
	for _, name := range s.names() {
		c := (*s.chains.Load())[name]
		paths["/v1/chains/"+name+"/runs"] = object{"post": runOperation(c)}
	}
	doc := object{
		"openapi": "3.1.0",
		"info":    object{"title": "Causeway", "version": "1", "description": "Chains over foundation models, as JSON or as a stream of events."},
		"paths":   paths,
		"components": object{
			"schemas": object{"Problem": problemSchema},
			"responses": object{"Problem": object{
				"description": "What is wrong, as RFC 9457 writes it.",
				"content":     object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}},
			}},
			"securitySchemes": object{"bearer": object{"type": "http", "scheme": "bearer"}},
		},
	}
	if s.o.Auth != nil {
		doc["security"] = array{object{"bearer": array{}}}
	}
	return doc
}

var problemSchema = object{
	"type":     "object",
	"required": array{"type", "title", "status", "detail", "code"},
	"properties": object{
		"type": object{"type": "string"}, "title": object{"type": "string"}, "status": object{"type": "integer"},
		"detail": object{"type": "string"}, "code": object{"type": "string"},
		"errors": object{"type": "array", "items": object{"type": "string"}},
		"runId":  object{"type": "string"}, "step": object{"type": "string"},
	},
}

// runOperation describes how one chain is run.
func runOperation(c *chain.Chain) object {
	summary := c.Description()
	if summary == "" {
		summary = "Run " + c.Name()
	}
	op := streaming(operation("run_"+c.Name(), summary, "what the run came to"))
	op["parameters"] = array{
		parameter("header", "Idempotency-Key", "the same key and body get the same answer", false),
		parameter("header", "Prefer", "wait=seconds: how long the client waits", false),
	}
	op["requestBody"] = body(object{
		"type": "object", "additionalProperties": false, "required": array{"input"},
		"properties": object{
			"input":   c.InputSchema(),
			"session": object{"type": "string", "maxLength": maxName, "description": "the conversation to go on with"},
			"labels":  object{"type": "object", "maxProperties": maxLabels, "additionalProperties": object{"type": "string"}},
		},
	})
	content(op)["application/json"] = object{"schema": object{
		"type": "object", "required": array{"chain", "runId", "values"},
		"properties": object{
			"chain": object{"type": "string"}, "runId": object{"type": "string"},
			"values": c.OutputSchema(), "usage": object{"type": "object"},
			"steps": object{"type": "array"}, "prompts": object{"type": "array"},
		},
	}}
	return op
}

func cancelOperation() object {
	op := operation("cancelRun", "Cancel a streamed run", "")
	op["responses"] = object{"204": object{"description": "cancelled, or over already"}, "default": object{"$ref": "#/components/responses/Problem"}}
	return op
}

func (s *Server) feedbackOperation() object {
	op := operation("feedback", "Say how good a run's answer was", "")
	op["responses"] = object{"204": object{"description": "kept"}, "default": object{"$ref": "#/components/responses/Problem"}}
	op["requestBody"] = body(object{
		"type": "object", "additionalProperties": false, "minProperties": 1,
		"properties": object{
			"score":   object{"type": "number", "minimum": 1, "maximum": 5},
			"thumbs":  object{"enum": array{"up", "down"}},
			"comment": object{"type": "string", "maxLength": maxComment},
		},
	})
	return op
}

func operation(id, summary, answer string) object {
	return object{
		"operationId": id, "summary": summary,
		"responses": object{
			"200":     object{"description": answer, "content": object{}},
			"default": object{"$ref": "#/components/responses/Problem"},
		},
	}
}

// content is where an operation's answers are described.
func content(op object) object {
	return op["responses"].(object)["200"].(object)["content"].(object)
}

// streaming adds the form of an event stream.
func streaming(op object) object {
	content(op)["text/event-stream"] = object{"schema": object{"type": "string", "description": "server-sent events, whose data is a chain's Event; one of type problem ends a run that failed"}}
	return op
}

func body(schema object) object {
	return object{"required": true, "content": object{"application/json": object{"schema": schema}}}
}

func parameter(in, name, description string, required bool) object {
	return object{"in": in, "name": name, "description": description, "required": required, "schema": object{"type": "string"}}
}
