package serve

import "github.com/causeway-go/causeway/serve/jobs"

// sharedSchemas are the schemas that every chain shares. A test holds them
// against the Go types that are written as JSON.
func sharedSchemas() object {
	return object{
		"Problem": problemSchema(), "Usage": usageSchema(), "PromptUse": promptUseSchema(),
		"Step": stepSchema(), "ToolCall": toolCallSchema(), "Interrupt": interruptSchema(), "Result": resultSchema(typed("object", "")),
		"Event": eventSchema(), "Retry": retrySchema(),
		"Job": jobSchema(), "AnswerRequest": answerSchema(), "FeedbackRequest": feedbackSchema(),
		"SocketMessage": socketMessageSchema(), "SocketEvent": socketEventSchema(),
	}
}

func problemResponse() object {
	return with(response("What is wrong, as RFC 9457 writes it.", "application/problem+json", schemaOf("Problem")), object{
		"headers": object{"Retry-After": header("In how many seconds asking again is worth it, where it is.")},
	})
}

// duration is how Go writes one as JSON.
func duration(description string) object {
	return object{"type": "integer", "format": "int64", "description": description + ", in nanoseconds."}
}

func problemSchema() object {
	text := typed("string", "")
	return structure(object{
		"type": typed("string", "urn:causeway: and the code."), "title": text, "detail": text, "status": typed("integer", ""),
		"code":    typed("string", "Stable, for programs: bad-input, busy, throttled, timeout, …"),
		"errors?": with(listOf(text), object{"description": "Everything that is wrong with the input."}),
		"runId?":  text, "step?": typed("string", "Where the run failed."),
	}, true)
}

func usageSchema() object {
	n := object{"type": "integer", "minimum": 0}
	s := structure(object{
		"input": n, "output": n, "cacheRead?": n, "cacheWrite?": n, "reasoning?": n, "cacheWrite5m?": n, "cacheWrite1h?": n,
	}, true)
	s["description"] = "Tokens. Input leaves out what was read from a cache or written to it; of output, reasoning is a part."
	return s
}

func promptUseSchema() object {
	return structure(object{
		"ref": typed("string", "As it was asked for."), "version?": typed("integer", ""), "sha256?": typed("string", ""),
	}, true)
}

func stepSchema() object {
	text, n := typed("string", ""), typed("integer", "")
	return structure(object{
		"step": typed("string", "A path: answer, each/2/answer."), "skipped?": typed("boolean", ""), "duration": duration("How long it took"),
		"usage?": schemaOf("Usage"), "model?": typed("string", "Who answered last."), "stopReason?": text, "prompt?": schemaOf("PromptUse"),
		"attempts?": n, "waited?": duration("Spent waiting between attempts"), "firstToken?": duration("To the first token"),
		"turns?": n, "error?": text,
	}, true)
}

func toolCallSchema() object {
	text := typed("string", "")
	return structure(object{
		"id": text, "name": text, "arguments?": typed("string", "JSON, as the model wrote it."), "result?": text,
		"isError?": typed("boolean", ""), "duration?": duration("How long the tool took"),
	}, true)
}

func interruptSchema() object {
	return structure(object{
		"id": typed("string", "Of the question within its run."), "step": typed("string", "The step that asks."), "question": typed("string", "For a human."), "values?": typed("object", "What the human should see."),
		"tool?":   schemaOf("ToolCall"),
		"answer?": object{"type": array{"object", "boolean"}, "description": "The schema of what the answer must be."},
	}, true)
}

// resultSchema is what a run of a chain with that output comes to.
func resultSchema(output object) object {
	n := typed("integer", "")
	return structure(object{
		"values": object{"anyOf": array{output, object{"type": "null"}}, "description": "Null while the run waits for an answer."},
		"runId":  typed("string", ""), "usage": schemaOf("Usage"), "steps": listOf(schemaOf("Step")), "prompts?": listOf(schemaOf("PromptUse")),
		"attempts?": n, "waited?": duration("Spent waiting between attempts, over all steps"),
		"firstToken?": duration("To the first token of a streamed run"), "duration": duration("How long the run took"),
		"labels?": labelsSchema, "interrupt?": schemaOf("Interrupt"),
	}, true)
}

func jobSchema() object {
	text, at := typed("string", ""), object{"type": "string", "format": "date-time"}
	return structure(object{
		"id": text, "chain": text,
		"state": object{"enum": array{jobs.Queued, jobs.Running, jobs.Waiting, jobs.Succeeded, jobs.Failed, jobs.Cancelled}},
		"step?": typed("string", "Where a running job is."), "attempts?": typed("integer", "How often a worker has begun it."),
		"created": at, "started?": at, "ended?": at, "result?": schemaOf("Result"), "problem?": schemaOf("Problem"),
	}, true)
}
