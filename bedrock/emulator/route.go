package emulator

import (
	"net/http"
	"net/url"
	"strings"
)

// routes are the last segments below /model/{id}/.
var routes = map[string]Operation{
	"converse":                    Converse,
	"converse-stream":             ConverseStream,
	"invoke":                      InvokeModel,
	"invoke-with-response-stream": InvokeModelWithResponseStream,
	"count-tokens":                CountTokens,
}

// route reads the operation and the model or guardrail from the path. The id
// is one escaped segment: an ARN's slashes arrive as %2F, and some clients
// send its colons raw. An unknown path has no operation.
func route(r *http.Request) (Operation, string) {
	path := r.URL.EscapedPath()
	if r.Method != http.MethodPost {
		return "", ""
	}
	if rest, ok := strings.CutPrefix(path, "/guardrail/"); ok {
		id, rest, _ := strings.Cut(rest, "/version/")
		if _, last, _ := strings.Cut(rest, "/"); last == "apply" {
			return unescaped(ApplyGuardrail, id)
		}
		return "", ""
	}
	rest, ok := strings.CutPrefix(path, "/model/")
	i := strings.LastIndexByte(rest, '/')
	if !ok || i < 0 {
		return "", ""
	}
	op, ok := routes[rest[i+1:]]
	if !ok {
		return "", ""
	}
	return unescaped(op, rest[:i])
}

func unescaped(op Operation, id string) (Operation, string) {
	id, err := url.PathUnescape(id)
	if err != nil {
		return "", ""
	}
	return op, id
}
