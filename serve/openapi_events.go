package serve

// eventSchema is what the events of a stream hold, which are named by their
// kind.
func eventSchema() object {
	text, n := typed("string", ""), typed("integer", "")
	return structure(object{
		"kind": typed("string", "run.started, step.started, token, reasoning, tool.call, tool.result, retry, progress, step.finished, interrupted, run.finished."),
		"time": object{"type": "string", "format": "date-time"}, "runId": text, "chain": text, "step?": text, "text?": text, "turn?": n,
		"tool?": schemaOf("ToolCall"), "retry?": schemaOf("Retry"),
		"model?": text, "stopReason?": text, "usage?": schemaOf("Usage"), "prompt?": schemaOf("PromptUse"),
		"firstToken?": duration("To the first token"), "duration?": duration("How long it took"), "attempts?": n, "waited?": duration("Spent waiting"),
		"skipped?": typed("boolean", ""), "values?": typed("object", ""), "interrupt?": schemaOf("Interrupt"), "error?": text, "labels?": labelsSchema,
	}, true)
}

func retrySchema() object {
	text := typed("string", "")
	return structure(object{
		"what": typed("string", "throttle, failure, wait, failover."), "model?": text, "attempt?": typed("integer", ""),
		"wait?": duration("How long from now"), "class?": text, "error?": text,
	}, true)
}

func answerSchema() object {
	return structure(object{
		"answer": typed("object", "As the run's interrupt.answer describes it."),
		"to?":    typed("string", "The id of the interrupt that is answered: an answer that comes twice is then not taken for one to the next question."),
	}, false)
}

func feedbackSchema() object {
	return with(structure(object{
		"score?":   object{"type": "number", "minimum": 1, "maximum": 5},
		"thumbs?":  object{"enum": array{"up", "down"}},
		"comment?": object{"type": "string", "maxLength": maxComment},
	}, false), object{"minProperties": 1})
}

func socketMessageSchema() object {
	return structure(object{
		"type":   object{"enum": array{"run", "answer", "cancel"}},
		"input?": typed("object", "To run: the chain's input."), "session?": typed("string", ""), "labels?": labelsSchema,
		"run?": typed("string", "To answer: the run that waits."), "answer?": typed("object", ""), "to?": typed("string", "The id of the question that is answered."),
	}, false)
}

func socketEventSchema() object {
	return structure(object{
		"id?": typed("integer", "Of the event within its run, from 1."), "event": typed("string", "The kind of the event, or problem."),
		"data": object{"anyOf": array{schemaOf("Event"), schemaOf("Problem")}},
	}, false)
}
