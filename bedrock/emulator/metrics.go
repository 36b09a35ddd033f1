package emulator

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

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
