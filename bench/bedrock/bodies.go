package main

import (
	"bytes"
	"fmt"

	"github.com/aws/smithy-go/eventstream"
)

// chunks is how many deltas a stream has.
const chunks = 200

var (
	unaryBody = []byte(`{"output":{"message":{"role":"assistant","content":[{"text":"It was shipped on Tuesday."}]}},"stopReason":"end_turn",` +
		`"usage":{"inputTokens":312,"outputTokens":8,"totalTokens":320},"metrics":{"latencyMs":412}}`)
	streamHead = append(event("messageStart", `{"role":"assistant","p":"abcdefgh"}`), delta(0)...)
	streamRest = rest()
)

func rest() []byte {
	var b []byte
	for i := 1; i < chunks; i++ {
		b = append(b, delta(i)...)
	}
	b = append(b, event("contentBlockStop", `{"contentBlockIndex":0,"p":"abcd"}`)...)
	b = append(b, event("messageStop", `{"stopReason":"end_turn","p":"abcd"}`)...)
	return append(b, event("metadata", `{"usage":{"inputTokens":312,"outputTokens":400,"totalTokens":712},"metrics":{"latencyMs":412},"p":"ab"}`)...)
}

func delta(i int) []byte {
	return event("contentBlockDelta", fmt.Sprintf(`{"contentBlockIndex":0,"delta":{"text":" word%d"},"p":"abcdefghijklmnopqrstuvwxyz"}`, i))
}

func event(name, payload string) []byte {
	var msg eventstream.Message
	msg.Headers.Set(":event-type", eventstream.StringValue(name))
	msg.Headers.Set(":content-type", eventstream.StringValue("application/json"))
	msg.Headers.Set(":message-type", eventstream.StringValue("event"))
	msg.Payload = []byte(payload)
	var buf bytes.Buffer
	if err := eventstream.NewEncoder().Encode(&buf, msg); err != nil {
		panic(err) // the messages above are constant
	}
	return buf.Bytes()
}
