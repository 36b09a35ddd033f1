package emulator

import (
	"encoding/json"
	"errors"
	"iter"
	"net/http"
)

// converseFormat is the JSON of Converse and ConverseStream.
type converseFormat struct{}

func (converseFormat) decode(r *Request) *Failure {
	if err := json.Unmarshal(r.Body, r); err != nil {
		return &Failure{Code: "SerializationException", Message: decodeMessage(err)}
	}
	return r.Validate()
}

// decodeMessage says what does not fit without repeating what was sent.
func decodeMessage(err error) string {
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return "a " + t.Value + " cannot be read at " + t.Field
	}
	return "the request body is not well-formed JSON"
}

func (converseFormat) header(http.Header, *Reply, bool) {}

func (converseFormat) toolUseID(id source) string { return id.toolUseID() }

// body writes the response of Converse. Its keys come in alphabetical order,
// as Bedrock's do.
func (converseFormat) body(r *Reply, _ *Request, _ source) ([]byte, error) {
	content, err := marshal(r.Content)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(content)+256)
	b = append(b, '{')
	if r.AdditionalFields != nil {
		b = append(append(append(b, `"additionalModelResponseFields":`...), r.AdditionalFields...), ',')
	}
	b = appendMetrics(b, total(r.waits))
	b = append(append(append(b, `,"output":{"message":{"content":`...), content...), `,"role":"assistant"}},"stopReason":`...)
	b = appendString(b, r.StopReason)
	if r.Trace != nil {
		b = append(append(b, `,"trace":`...), r.Trace...)
	}
	return append(appendUsage(append(b, ','), r.Usage), '}'), nil
}

func (converseFormat) events(r *Reply, _ *Request, _ source) iter.Seq[event] { return layout(r) }
