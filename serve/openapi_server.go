package serve

// describeServer describes what the server tells of itself.
func (s *Server) describeServer(paths object) {
	nobody := object{"security": array{}} // needs no key
	text := typed("string", "")
	paths["/healthz"] = object{"get": with(operation("server", "health", "Is the server up?", object{
		"200": jsonResponse("It is.", structure(object{"status": object{"const": "ok"}}, false)),
	}), nobody)}
	paths["/readyz"] = object{"get": with(operation("server", "ready", "Does the server take runs?", object{
		"200": jsonResponse("It does.", structure(object{"status": object{"const": "ok"}, "chains": listOf(text)}, false)),
	}), nobody)}
	paths["/metrics"] = object{"get": operation("server", "metrics", "What the server does and what that costs, for Prometheus", object{
		"200": response("Prometheus' text format.", "text/plain", text),
	})}
	paths["/openapi.json"] = object{"get": operation("server", "openapi", "This document", object{
		"200": jsonResponse("OpenAPI 3.1.", typed("object", "")),
	})}
	paths["/"] = object{"get": operation("server", "page", "What is served, for people", object{
		"200": response("A page.", "text/html", text),
	})}
}
