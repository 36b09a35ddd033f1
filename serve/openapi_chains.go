package serve

import (
	"net/url"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/internal/embed"
)

// chainDoc is a chain, and the name of its parts of the document.
type chainDoc struct {
	*chain.Chain
	slug string
}

// describeChain adds a chain's paths, and its schemas to the shared ones.
func (s *Server) describeChain(c chainDoc, paths, schemas object) {
	input, output := c.slug+".input", c.slug+".output"
	schemas[input] = embed.Schema(c.InputSchema(), "#/components/schemas/"+input, false)
	schemas[output] = embed.Schema(c.OutputSchema(), "#/components/schemas/"+output, true)
	schemas[c.slug+".result"] = object{
		"allOf":      array{resultSchema(schemaOf(output))},
		"required":   array{"chain"},
		"properties": object{"chain": object{"const": c.Name()}},
	}

	schemas[c.slug+".run"] = c.request(nil)
	schemas[c.slug+".job"] = c.request(object{
		"callback?": object{"type": "string", "format": "uri", "description": "Is sent the job when it is over, signed as Standard Webhooks."},
	})

	at := "/v1/chains/" + url.PathEscape(c.Name())
	paths[at+"/runs"] = object{"post": runOperation(c)}
	paths[at+"/runs/{id}/answer"] = object{
		"parameters": array{parameter("path", "id", "The run that waits.", true)},
		"post":       answerOperation(c),
	}
	paths[at+"/runs/{id}/question"] = object{
		"parameters": array{parameter("path", "id", "The run that waits.", true)},
		"get":        operation("chains", "question_"+c.slug, "What a run of "+c.Name()+" waits at", object{"200": jsonResponse("The question.", schemaOf("Interrupt"))}),
	}
	paths[at+"/jobs"] = object{"post": jobOperation(c)}
	paths[at+"/ws"] = object{"get": socketOperation(c)}
}

// summary says what a chain is for, or the words for a chain that does not.
func (c chainDoc) summary(otherwise string) string {
	if d := c.Description(); d != "" {
		return d
	}
	return otherwise + " " + c.Name()
}

// request is the body of a run; more are fields of the body of something else.
func (c chainDoc) request(more object) object {
	return structure(with(object{
		"input":    schemaOf(c.slug + ".input"),
		"session?": object{"type": "string", "maxLength": maxName, "description": "The conversation to go on with."},
		"labels?":  with(object{"maxProperties": maxLabels}, labelsSchema),
	}, more), false)
}

// whole is the answer to who waits for a run, or follows its events.
func (c chainDoc) whole(description string) object {
	return object{"200": with(orStream(jsonResponse(description, schemaOf(c.slug+".result"))), object{"headers": object{
		"Location":            header("Of a stream: where to read it again."),
		"Idempotent-Replayed": header("true: the answer is an earlier one, to the same Idempotency-Key."),
	}})}
}

func runOperation(c chainDoc) object {
	return with(operation("chains", "run_"+c.slug, c.summary("Run"), c.whole("What the run came to.")), object{
		"parameters": array{idempotencyKey, preferWait}, "requestBody": jsonBody(schemaOf(c.slug + ".run")),
	})
}

func answerOperation(c chainDoc) object {
	return with(operation("chains", "answer_"+c.slug, "Answer the question a run of "+c.Name()+" waits at", c.whole("What the run came to, or its next question.")), object{
		"parameters": array{idempotencyKey, preferWait}, "requestBody": jsonBody(schemaOf("AnswerRequest")),
	})
}

func jobOperation(c chainDoc) object {
	accepted := with(jsonResponse("It is kept and will be done.", schemaOf("Job")), object{"headers": object{
		"Location":    header("Where to ask for it."),
		"Retry-After": header("In how many seconds."),
	}})
	return with(operation("jobs", "job_"+c.slug, "Have "+c.Name()+" run later", object{"202": accepted}), object{
		"parameters": array{idempotencyKey}, "requestBody": jsonBody(schemaOf(c.slug + ".job")),
	})
}

func socketOperation(c chainDoc) object {
	return with(operation("chains", "socket_"+c.slug, "Run, cancel and answer "+c.Name()+" over a WebSocket", object{
		"101": object{"description": "The client sends messages of the form SocketMessage; the server sends events of the form SocketEvent."},
	}), object{"parameters": array{preferWait}})
}
