package bedrock_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/smithy-go/eventstream"
)

// frame encodes one event of a stream.
func frame(t testing.TB, kind, name, payload string) []byte {
	t.Helper()
	var msg eventstream.Message
	typeHeader := map[string]string{"event": ":event-type", "exception": ":exception-type"}[kind]
	msg.Headers.Set(typeHeader, eventstream.StringValue(name))
	msg.Headers.Set(":content-type", eventstream.StringValue("application/json"))
	msg.Headers.Set(":message-type", eventstream.StringValue(kind))
	msg.Payload = []byte(payload)
	var buf bytes.Buffer
	if err := eventstream.NewEncoder().Encode(&buf, msg); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// events encodes pairs of an event's name and its payload.
func events(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var body []byte
	for i := 0; i < len(pairs); i += 2 {
		body = append(body, frame(t, "event", pairs[i], pairs[i+1])...)
	}
	return body
}

// streaming returns a wire that answers with a stream.
func streaming(body []byte) *wire {
	return &wire{answer: func(*http.Request) *http.Response {
		return response(200, map[string]string{"Content-Type": "application/vnd.amazon.eventstream", "X-Amzn-RequestId": "req-2"}, body)
	}}
}

// textStream is a whole stream of n deltas of text.
func textStream(t testing.TB, n int) []byte {
	t.Helper()
	pairs := []string{"messageStart", `{"role":"assistant","p":"abcd"}`}
	for i := range n {
		pairs = append(pairs, "contentBlockDelta", fmt.Sprintf(`{"contentBlockIndex":0,"delta":{"text":"word %d "},"p":"abcdefghijklmnopqrst"}`, i))
	}
	pairs = append(pairs,
		"contentBlockStop", `{"contentBlockIndex":0,"p":"abc"}`,
		"messageStop", `{"stopReason":"end_turn","p":"abcdef"}`,
		"metadata", `{"usage":{"inputTokens":3,"outputTokens":5,"totalTokens":8},"metrics":{"latencyMs":12},"p":"ab"}`)
	return events(t, pairs...)
}
