package serve

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// operation describes one method of a path. Its faults are problems.
func operation(tag, id, summary string, responses object) object {
	if responses["default"] == nil {
		responses["default"] = object{"$ref": "#/components/responses/Problem"}
	}
	return object{"tags": array{tag}, "operationId": id, "summary": summary, "responses": responses}
}

// with adds fields to a part of the document.
func with(part, fields object) object {
	maps.Copy(part, fields)
	return part
}

// response is an answer of one media type.
func response(description, mediaType string, schema any) object {
	return object{"description": description, "content": object{mediaType: object{"schema": schema}}}
}

func jsonResponse(description string, schema any) object {
	return response(description, "application/json", schema)
}

// orStream adds the form of an event stream to an answer.
func orStream(r object) object {
	r["content"].(object)["text/event-stream"] = object{"schema": object{
		"type": "string", "description": "Server-sent events, whose data is an Event; one named problem, whose data is a Problem, ends a run that failed.",
	}}
	return r
}

func header(description string) object {
	return object{"description": description, "schema": object{"type": "string"}}
}

func jsonBody(schema any) object {
	return object{"required": true, "content": object{"application/json": object{"schema": schema}}}
}

func parameter(in, name, description string, required bool) object {
	return object{"in": in, "name": name, "description": description, "required": required, "schema": object{"type": "string"}}
}

// What several operations take.
var (
	idempotencyKey = with(parameter("header", "Idempotency-Key", "The same key with the same body gets the same answer, and the work is done once.", false),
		object{"schema": object{"type": "string", "maxLength": maxName}})
	preferWait = parameter("header", "Prefer", "wait=20: how many seconds the client waits; the server has a bound of its own.", false)
)

// schemaOf names a shared schema.
func schemaOf(name string) object { return object{"$ref": "#/components/schemas/" + name} }

// structure is the schema of an object. A name that ends in ? is optional; no
// others than those listed are there, unless it is open.
func structure(properties object, open bool) object {
	fields, required := object{}, []string{}
	for name, schema := range properties {
		bare, optional := strings.CutSuffix(name, "?")
		fields[bare] = schema
		if !optional {
			required = append(required, bare)
		}
	}
	s := object{"type": "object", "properties": fields}
	if len(required) > 0 {
		slices.Sort(required)
		s["required"] = required
	}
	if !open {
		s["additionalProperties"] = false
	}
	return s
}

// typed is the schema of a plain value, with a description where it needs one.
func typed(kind, description string) object {
	s := object{"type": kind}
	if description != "" {
		s["description"] = description
	}
	return s
}

func listOf(schema object) object { return object{"type": "array", "items": schema} }

var labelsSchema = object{"type": "object", "additionalProperties": object{"type": "string"}}

// slugsOf turns names into ones that a component and an operation may have,
// each its own.
func slugsOf(all []string) []string {
	taken := map[string]bool{}
	for _, name := range all {
		if slug(name) == name {
			taken[name] = true
		}
	}
	slugs := make([]string, len(all))
	for i, name := range all {
		s := slug(name)
		if s != name {
			for n := 2; taken[s]; n++ {
				s = slug(name) + "_" + strconv.Itoa(n)
			}
			taken[s] = true
		}
		slugs[i] = s
	}
	return slugs
}

func slug(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
}
