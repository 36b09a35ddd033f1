package serve

import "maps"

// describeChat describes what OpenAI's clients ask for, as far as it means
// something to a chain; its full form is OpenAI's to describe.
func (s *Server) describeChat(paths, schemas object) {
	id := array{parameter("path", "id", "The model: a chain's name.", true)}
	paths["/v1/models"] = object{"get": chatOperation("listModels", "Which chains take messages?", object{
		"200": jsonResponse("They.", structure(object{"object": object{"const": "list"}, "data": listOf(schemaOf("Model"))}, false)),
	})}
	paths["/v1/models/{id}"] = object{"parameters": id, "get": chatOperation("getModel", "Does a chain take messages?", object{
		"200": jsonResponse("It does.", schemaOf("Model")),
	})}
	answers := jsonResponse("The reply.", schemaOf("ChatCompletion"))
	answers["content"].(object)["text/event-stream"] = object{"schema": typed("string", "With stream: chunks as data-only events, and [DONE] at the end.")}
	complete := chatOperation("chat", "Run a chain on the messages of a chat", object{"200": answers})
	complete["requestBody"] = jsonBody(schemaOf("ChatRequest"))
	complete["parameters"] = array{idempotencyKey, preferWait}
	paths["/v1/chat/completions"] = object{"post": complete}

	maps.Copy(schemas, chatSchemas())
}

// chatOperation is an operation whose faults are in OpenAI's words.
func chatOperation(id, summary string, responses object) object {
	responses["default"] = object{"$ref": "#/components/responses/OpenAIError"}
	return operation("chat", id, summary, responses)
}

func openAIErrorResponse() object {
	text, maybe := typed("string", ""), object{"type": array{"string", "null"}}
	return jsonResponse("What is wrong, as OpenAI's clients read it.", structure(object{
		"error": structure(object{"message": text, "type": text, "param": maybe, "code": maybe}, false),
	}, false))
}

func chatSchemas() object {
	text, number := typed("string", ""), typed("integer", "")
	return object{
		"Model": structure(object{
			"id": text, "object": object{"const": "model"}, "created": number, "owned_by": text,
			"description?": text, "conversational": typed("boolean", "Whether it reads the earlier messages."),
		}, false),
		"ChatRequest": structure(object{
			"model":       typed("string", "A chain's name: see /v1/models."),
			"messages":    object{"type": "array", "minItems": 1, "items": schemaOf("ChatMessage"), "description": "The last is the user's."},
			"stream?":     object{"type": array{"boolean", "null"}},
			"max_tokens?": object{"type": array{"integer", "null"}, "minimum": 1}, "max_completion_tokens?": object{"type": array{"integer", "null"}, "minimum": 1},
			"temperature?": object{"type": array{"number", "null"}, "minimum": 0, "maximum": 2}, "top_p?": object{"type": array{"number", "null"}, "minimum": 0, "maximum": 1},
			"stop?": object{"type": array{"string", "array", "null"}, "items": text},
			"user?": object{"type": array{"string", "null"}, "maxLength": maxName, "description": "Becomes the run's label user."},
		}, true),
		"ChatMessage": structure(object{
			"role":     object{"enum": array{"system", "developer", "user", "assistant", "tool"}},
			"content?": object{"type": array{"string", "array", "null"}, "items": typed("object", "A part: text, or an image in a data: URL.")},
		}, true),
		"ChatCompletion": structure(object{
			"id": typed("string", "chatcmpl- and the run's id."), "object": object{"const": "chat.completion"}, "created": number, "model": text,
			"choices": object{"type": "array", "minItems": 1, "maxItems": 1, "items": structure(object{
				"index": number, "logprobs": typed("null", ""), "finish_reason": object{"enum": array{"stop", "length", "content_filter"}},
				"message": structure(object{"role": object{"const": "assistant"}, "content": text, "refusal": object{"type": array{"string", "null"}}}, false),
			}, false)},
			"usage": structure(object{
				"prompt_tokens": number, "completion_tokens": number, "total_tokens": number,
				"prompt_tokens_details":     structure(object{"cached_tokens": number}, false),
				"completion_tokens_details": structure(object{"reasoning_tokens": number}, false),
			}, false),
		}, false),
	}
}
