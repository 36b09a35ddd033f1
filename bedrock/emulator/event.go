package emulator

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// event is one event of a stream: its payload is head, the padding key p and
// tail, for Bedrock writes keys in alphabetical order.
type event struct {
	kind       string
	head, tail string
	later      bool // a delta after the first: it waits for the model
}

func (ev event) appendPayload(b []byte, padding string) []byte {
	b = append(append(b, ev.head...), `"p":"`...)
	return append(append(append(b, padding...), '"'), ev.tail...)
}

// layout turns a reply into events: messageStart, the blocks, messageStop,
// metadata. Only tool calls have a contentBlockStart.
func layout(r *Reply) []event {
	events := []event{{kind: "messageStart", head: "{", tail: `,"role":"assistant"}`}}
	n := 0
	for i := range r.Content {
		index := `{"contentBlockIndex":` + strconv.Itoa(i) + ","
		if call := r.Content[i].ToolUse; call != nil {
			events = append(events, event{kind: "contentBlockStart", head: index, tail: startOf(call)})
		}
		for _, d := range deltas(r, i) {
			events = append(events, event{kind: "contentBlockDelta", head: index + `"delta":` + d + ",", tail: "}", later: n > 0})
			n++
		}
		events = append(events, event{kind: "contentBlockStop", head: index, tail: "}"})
	}
	return append(events, stopEvent(r), metadataEvent(r))
}

func startOf(call *ToolUse) string {
	b := appendString([]byte(`,"start":{"toolUse":{"name":`), call.Name)
	b = appendString(append(b, `,"toolUseId":`...), call.ID)
	if call.Type != "" {
		b = appendString(append(b, `,"type":`...), call.Type)
	}
	return string(append(b, "}}}"...))
}

func stopEvent(r *Reply) event {
	ev := event{kind: "messageStop", head: "{"}
	if r.AdditionalFields != nil {
		ev.head = `{"additionalModelResponseFields":` + string(r.AdditionalFields) + ","
	}
	ev.tail = string(append(appendString([]byte(`,"stopReason":`), r.StopReason), '}'))
	return ev
}

func metadataEvent(r *Reply) event {
	ev := event{kind: "metadata", head: string(append(appendMetrics([]byte("{"), total(r.waits)), ','))}
	if r.Trace != nil {
		ev.tail = `,"trace":` + string(r.Trace)
	}
	ev.tail += string(append(appendUsage([]byte(","), r.Usage), '}'))
	return ev
}

// deltas are the JSON deltas of one block of a reply.
func deltas(r *Reply, i int) []string {
	b := r.Content[i]
	switch {
	case b.Text != nil:
		return wrap(`{"text":`, "}", chunks(r, i))
	case b.ToolUse != nil: // the first delta of a tool's input is always empty
		return wrap(`{"toolUse":{"input":`, "}}", append([]string{""}, fragments(string(b.ToolUse.Input))...))
	case b.Reasoning != nil:
		return reasoningDeltas(b.Reasoning)
	case b.Citations != nil:
		var text []string
		for _, c := range b.Citations.Content {
			text = append(text, words(c.Text)...)
		}
		out := wrap(`{"text":`, "}", text)
		for _, c := range b.Citations.Citations {
			out = append(out, `{"citation":`+string(c)+"}")
		}
		return out
	}
	return nil
}

func reasoningDeltas(r *Reasoning) []string {
	if r.Text == nil {
		return []string{`{"reasoningContent":{"redactedContent":"` + base64.StdEncoding.EncodeToString(r.Redacted) + `"}}`}
	}
	out := wrap(`{"reasoningContent":{"text":`, "}}", words(r.Text.Text))
	if r.Text.Signature != "" {
		out = append(out, wrap(`{"reasoningContent":{"signature":`, "}}", []string{r.Text.Signature})...)
	}
	return out
}

func wrap(head, tail string, texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = string(append(appendString([]byte(head), t), tail...))
	}
	return out
}

// chunks cuts the text of block i: as Reply.Chunks says for the first block of
// text, else before each word.
func chunks(r *Reply, i int) []string {
	first := true
	for _, b := range r.Content[:i] {
		first = first && b.Text == nil
	}
	if first && r.Chunks != nil && strings.Join(r.Chunks, "") == *r.Content[i].Text {
		return r.Chunks
	}
	return words(*r.Content[i].Text)
}

// words cuts text before each word, so that the pieces make it up again.
func words(text string) []string {
	var out []string
	start, space := 0, true
	for i, c := range text {
		blank := c == ' ' || c == '\n' || c == '\t'
		if blank && !space && i > start {
			out, start = append(out, text[start:i]), i
		}
		space = blank
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

// fragments cuts a tool's JSON input every ten runes, wherever that falls.
func fragments(s string) []string {
	var out []string
	n, start := 0, 0
	for i := range s {
		if n == 10 {
			out, start, n = append(out, s[start:i]), i, 0
		}
		n++
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}
