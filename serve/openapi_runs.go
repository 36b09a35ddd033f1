package serve

// describeRuns describes what can be done with a run once it has begun.
func (s *Server) describeRuns(paths object) {
	run := array{parameter("path", "id", "The run.", true)}
	paths["/v1/runs/{id}"] = object{
		"parameters": run,
		"delete": operation("runs", "cancelRun", "Cancel a streamed run at once", object{
			"204": object{"description": "It is cancelled, or was over already."},
		}),
	}
	events := operation("runs", "readEvents", "Read a streamed run again, from Last-Event-ID", object{
		"200": orStream(object{"description": "The events after that one.", "content": object{}}),
		"204": object{"description": "The run is over, and that was its last event."},
	})
	events["parameters"] = array{with(parameter("header", "Last-Event-ID", "The last event that was read; without it, all are told.", false),
		object{"schema": object{"type": "integer", "minimum": 0}})}
	paths["/v1/runs/{id}/events"] = object{"parameters": run, "get": events}

	feedback := operation("runs", "feedback", "Say how good a run's answer was", object{"204": object{"description": "It is kept."}})
	feedback["requestBody"] = jsonBody(schemaOf("FeedbackRequest"))
	paths["/v1/runs/{id}/feedback"] = object{"parameters": run, "post": feedback}
}

// describeJobs describes what can be done with a job.
func (s *Server) describeJobs(paths object) {
	id := array{parameter("path", "id", "The job.", true)}
	status := func(description string) object {
		return object{"200": with(jsonResponse(description, schemaOf("Job")), object{"headers": object{
			"Retry-After": header("In how many seconds to ask again; only while the job is not over."),
		}})}
	}
	paths["/v1/jobs/{id}"] = object{
		"parameters": id,
		"get":        operation("jobs", "getJob", "How far is a job?", status("The job.")),
		"delete":     operation("jobs", "cancelJob", "Cancel a job", status("The job: cancelled, about to be, or over before.")),
	}
	answer := operation("jobs", "answerJob", "Answer the question a job waits at", status("The job, queued again."))
	answer["requestBody"] = jsonBody(schemaOf("AnswerRequest"))
	paths["/v1/jobs/{id}/answer"] = object{"parameters": id, "post": answer}
}
