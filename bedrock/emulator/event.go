package emulator

import (
	"encoding/base64"
	"iter"
	"strconv"
)

// event is one event of a stream: its payload is head, body, the padding key p
// and tail, for Bedrock writes keys in alphabetical order.
type event struct {
	kind  string
	head  string
	body  []byte // good until the next event is made
	tail  string
	later bool // a delta after the first: it waits for the model
}

func (ev event) appendPayload(b []byte, padding string) []byte {
	b = append(append(append(b, ev.head...), ev.body...), `"p":"`...)
	return append(append(append(b, padding...), '"'), ev.tail...)
}

// layout turns a reply into events: messageStart, the blocks, messageStop,
// metadata. Only tool calls have a contentBlockStart. Events are made one by
// one, so a long stream needs no more memory than a short one.
func layout(r *Reply) iter.Seq[event] {
	return func(yield func(event) bool) {
		l := &layouter{yield: yield}
		if !yield(event{kind: "messageStart", head: "{", tail: `,"role":"assistant"}`}) {
			return
		}
		for i := range r.Content {
			if !l.block(r, i) {
				return
			}
		}
		if yield(stopEvent(r)) {
			yield(metadataEvent(r))
		}
	}
}

type layouter struct {
	yield func(event) bool
	body  []byte
	n     int // deltas so far
}

func (l *layouter) block(r *Reply, i int) bool {
	index := `{"contentBlockIndex":` + strconv.Itoa(i) + ","
	if call := r.Content[i].ToolUse; call != nil && !l.yield(event{kind: "contentBlockStart", head: index, tail: startOf(call)}) {
		return false
	}
	for d := range deltas(r, i) {
		l.body = append(d.append(append(l.body[:0], `"delta":`...)), ',')
		if !l.yield(event{kind: "contentBlockDelta", head: index, body: l.body, tail: "}", later: l.n > 0}) {
			return false
		}
		l.n++
	}
	return l.yield(event{kind: "contentBlockStop", head: index, tail: "}"})
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

// delta is one piece of a block: a string within its JSON, or, without text,
// the JSON itself.
type delta struct {
	head, text, tail string
	raw              bool
}

func (d delta) append(b []byte) []byte {
	b = append(b, d.head...)
	if !d.raw {
		b = appendString(b, d.text)
	}
	return append(b, d.tail...)
}

// deltas yields the pieces of one block of a reply.
func deltas(r *Reply, i int) func(yield func(delta) bool) {
	b := &r.Content[i]
	return func(yield func(delta) bool) {
		switch {
		case b.Text != nil:
			wrap(`{"text":`, "}", chunks(r, i), yield)
		case b.ToolUse != nil: // the first delta of a tool's input is always empty
			if yield(delta{head: `{"toolUse":{"input":`, tail: "}}"}) {
				wrap(`{"toolUse":{"input":`, "}}", fragments(string(b.ToolUse.Input)), yield)
			}
		case b.Reasoning != nil:
			reasoningDeltas(b.Reasoning, yield)
		case b.Citations != nil:
			citedDeltas(b.Citations, yield)
		}
	}
}

func reasoningDeltas(r *Reasoning, yield func(delta) bool) {
	if r.Text == nil {
		yield(delta{head: `{"reasoningContent":{"redactedContent":`, text: base64.StdEncoding.EncodeToString(r.Redacted), tail: "}}"})
		return
	}
	if wrap(`{"reasoningContent":{"text":`, "}}", words(r.Text.Text), yield) && r.Text.Signature != "" {
		yield(delta{head: `{"reasoningContent":{"signature":`, text: r.Text.Signature, tail: "}}"})
	}
}

// citedDeltas sends the sources before the text that rests on them.
func citedDeltas(c *Cited, yield func(delta) bool) {
	for _, citation := range c.Citations {
		if !yield(delta{head: `{"citation":`, tail: string(citation) + "}", raw: true}) {
			return
		}
	}
	for _, part := range c.Content {
		if !wrap(`{"text":`, "}", words(part.Text), yield) {
			return
		}
	}
}

func wrap(head, tail string, texts []string, yield func(delta) bool) bool {
	for _, t := range texts {
		if !yield(delta{head: head, text: t, tail: tail}) {
			return false
		}
	}
	return true
}
