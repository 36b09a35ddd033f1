package emulator

import (
	"encoding/base64"
	"iter"
	"net/http"
	"strconv"
	"strings"
)

// format is the dialect of one operation and family of models: how a request
// is read and a reply is written.
type format interface {
	// decode fills r from r.Body and says what is refused.
	decode(r *Request) *Failure
	// body is the whole answer.
	body(r *Reply, req *Request, id source) ([]byte, error)
	// events are the answer as a stream, without the headers it shares.
	events(r *Reply, req *Request, id source) iter.Seq[event]
	// header adds what the format's responses carry beside the content type.
	header(h http.Header, r *Reply, streaming bool)
	// toolUseID makes up the id of a tool call.
	toolUseID(id source) string
}

// formatOf chooses the dialect; nil when the emulator does not speak it.
func formatOf(op Operation, model string) format {
	switch {
	case op == Converse || op == ConverseStream:
		return converseFormat{}
	case strings.Contains(model, "anthropic.claude"):
		return anthropicFormat{}
	case strings.Contains(model, "amazon.nova"):
		return novaFormat{}
	}
	return nil
}

// invoked holds what all bodies of InvokeModel share.
type invoked struct{}

func (invoked) header(h http.Header, r *Reply, streaming bool) {
	if streaming {
		h["X-Amzn-Bedrock-Content-Type"] = []string{"application/json"}
		return
	}
	set := func(name string, n int) { h[name] = []string{strconv.Itoa(n)} }
	set("X-Amzn-Bedrock-Input-Token-Count", r.Usage.Input)
	set("X-Amzn-Bedrock-Output-Token-Count", r.Usage.Output)
	set("X-Amzn-Bedrock-Cache-Read-Input-Token-Count", r.Usage.CacheRead)
	set("X-Amzn-Bedrock-Cache-Write-Input-Token-Count", r.Usage.CacheWrite)
	set("X-Amzn-Bedrock-Invocation-Latency", int(max(total(r.waits).Milliseconds(), 1)))
}

// chunkEvent wraps a model's own event in InvokeModel's: base64 and padding.
func chunkEvent(body string, later bool) event {
	return event{kind: "chunk", head: `{"bytes":"` + base64.StdEncoding.EncodeToString([]byte(body)) + `",`, tail: "}", later: later}
}

// invocationMetrics end every stream of InvokeModelWithResponseStream.
func invocationMetrics(r *Reply) string {
	return `"amazon-bedrock-invocationMetrics":{"inputTokenCount":` + strconv.Itoa(r.Usage.Input) +
		`,"outputTokenCount":` + strconv.Itoa(r.Usage.Output) +
		`,"invocationLatency":` + strconv.FormatInt(max(total(r.waits).Milliseconds(), 1), 10) +
		`,"firstByteLatency":` + strconv.FormatInt(max(total(r.waits[:min(1, len(r.waits))]).Milliseconds(), 1), 10) +
		`,"cacheReadInputTokenCount":` + strconv.Itoa(r.Usage.CacheRead) +
		`,"cacheWriteInputTokenCount":` + strconv.Itoa(r.Usage.CacheWrite) + "}"
}

func malformed(format string, args ...any) *Failure {
	return invalid("Malformed input request: "+format+", please reformat your input and try again.", args...)
}
