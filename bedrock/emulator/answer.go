package emulator

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// answer writes the response of Converse. Its keys come in alphabetical
// order, as Bedrock's do.
func (x *exchange) answer(r *Reply) {
	latency := r.latency(r.countDeltas())
	if !x.wait(latency) {
		return
	}
	content, err := marshal(r.Content)
	if err != nil {
		x.fail(&Failure{Code: "InternalServerException", Message: msgReplyFail})
		return
	}
	b := make([]byte, 0, len(content)+256)
	b = append(b, '{')
	if r.AdditionalFields != nil {
		b = append(append(append(b, `"additionalModelResponseFields":`...), r.AdditionalFields...), ',')
	}
	b = appendMetrics(b, latency)
	b = append(append(append(b, `,"output":{"message":{"content":`...), content...), `,"role":"assistant"}},"stopReason":`...)
	b = appendString(b, r.StopReason)
	if r.Trace != nil {
		b = append(append(b, `,"trace":`...), r.Trace...)
	}
	b = append(appendUsage(append(b, ','), r.Usage), '}')

	h := x.w.Header()
	h["Content-Type"] = []string{"application/json"}
	h["Content-Length"] = []string{strconv.Itoa(len(b))}
	_, _ = x.w.Write(b) // a client that is gone need not be told
}

func (r *Reply) countDeltas() int {
	n := 0
	for i := range r.Content {
		n += len(deltas(r, i))
	}
	return n
}

// marshal is json.Marshal without its escaping for HTML, which Bedrock does
// not do.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// appendMetrics tells the latency that was meant, not what the machine
// needed: so the same seed gives the same bytes. It is never 0 on the wire.
func appendMetrics(b []byte, latency time.Duration) []byte {
	b = append(b, `"metrics":{"latencyMs":`...)
	return append(strconv.AppendInt(b, max(latency.Milliseconds(), 1), 10), '}')
}

func appendUsage(b []byte, u *Usage) []byte {
	field := func(name string, n int) {
		b = append(append(append(b, '"'), name...), `":`...)
		b = append(strconv.AppendInt(b, int64(n), 10), ',')
	}
	b = append(b, `"usage":{`...)
	if u.CacheRead > 0 || u.CacheWrite > 0 {
		field("cacheReadInputTokenCount", u.CacheRead)
		field("cacheReadInputTokens", u.CacheRead)
		field("cacheWriteInputTokenCount", u.CacheWrite)
		field("cacheWriteInputTokens", u.CacheWrite)
	}
	field("inputTokens", u.Input)
	field("outputTokens", u.Output)
	b = append(b, `"serverToolUsage":{},`...)
	field("totalTokens", u.Input+u.Output+u.CacheRead+u.CacheWrite)
	b[len(b)-1] = '}'
	return b
}
