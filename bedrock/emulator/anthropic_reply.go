package emulator

import (
	"encoding/base64"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var claudeVersion = regexp.MustCompile(`-v\d+(?::\d+)?$`)

// claudeName is the model as Anthropic's answers call it.
func claudeName(id string) string {
	if i := strings.LastIndex(id, "anthropic."); i >= 0 {
		id = id[i+len("anthropic."):]
	}
	return claudeVersion.ReplaceAllString(id, "")
}

func (anthropicFormat) body(r *Reply, req *Request, id source) ([]byte, error) {
	b := appendAnthropicHead(nil, req, id)
	b = append(b, `,"content":[`...)
	for i := range r.Content {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, anthropicWhole(&r.Content[i])...)
	}
	b = append(b, `],"stop_reason":`...)
	b = appendString(b, anthropicStop(r.StopReason))
	b = append(b, `,"stop_sequence":null,"usage":`...)
	return append(append(b, anthropicUsage(r.Usage, r.Usage.Output)...), '}'), nil
}

func appendAnthropicHead(b []byte, req *Request, id source) []byte {
	b = appendString(append(b, `{"model":`...), claudeName(req.ModelID))
	return append(b, `,"id":"msg_bdrk_01`+id.letters(22)+`","type":"message","role":"assistant"`...)
}

func anthropicUsage(u *Usage, output int) string {
	return `{"input_tokens":` + strconv.Itoa(u.Input) +
		`,"cache_creation_input_tokens":` + strconv.Itoa(u.CacheWrite) +
		`,"cache_read_input_tokens":` + strconv.Itoa(u.CacheRead) +
		`,"output_tokens":` + strconv.Itoa(output) + "}"
}

// anthropicStop says Converse's stop reason in the model's words, which differ
// for the guardrail's only.
func anthropicStop(reason string) string {
	if reason == "guardrail_intervened" || reason == "content_filtered" {
		return "refusal"
	}
	return reason
}

// anthropicWhole is a block of an answer that is not streamed.
func anthropicWhole(b *Block) []byte {
	switch {
	case b.ToolUse != nil:
		out := appendString([]byte(`{"type":"tool_use","id":`), b.ToolUse.ID)
		out = appendString(append(out, `,"name":`...), b.ToolUse.Name)
		return append(append(append(out, `,"input":`...), b.ToolUse.Input...), '}')
	case b.Reasoning != nil && b.Reasoning.Text != nil:
		out := appendString([]byte(`{"type":"thinking","thinking":`), b.Reasoning.Text.Text)
		return append(appendString(append(out, `,"signature":`...), b.Reasoning.Text.Signature), '}')
	case b.Reasoning != nil:
		return []byte(`{"type":"redacted_thinking","data":"` + base64.StdEncoding.EncodeToString(b.Reasoning.Redacted) + `"}`)
	}
	return append(appendString([]byte(`{"type":"text","text":`), b.text()), '}')
}

// events are message_start, the blocks with their deltas, message_delta and
// message_stop, as recorded.
func (anthropicFormat) events(r *Reply, req *Request, id source) iter.Seq[event] {
	start := string(appendAnthropicHead([]byte(`{"type":"message_start","message":`), req, id)) +
		`,"content":[],"stop_reason":null,"stop_sequence":null,"usage":` + anthropicUsage(r.Usage, 1) + "}}"
	events := []event{chunkEvent(start, false)}
	n := 0
	for i := range r.Content {
		index := `,"index":` + strconv.Itoa(i)
		events = append(events, chunkEvent(`{"type":"content_block_start"`+index+`,"content_block":`+anthropicEmpty(&r.Content[i])+"}", false))
		anthropicDeltas(r, i, func(d delta) bool {
			body := d.append([]byte(`{"type":"content_block_delta"` + index + `,"delta":`))
			events = append(events, chunkEvent(string(body)+"}", n > 0))
			n++
			return true
		})
		events = append(events, chunkEvent(`{"type":"content_block_stop"`+index+"}", false))
	}
	stop := string(appendString([]byte(`{"type":"message_delta","delta":{"stop_reason":`), anthropicStop(r.StopReason))) +
		`,"stop_sequence":null},"usage":{"output_tokens":` + strconv.Itoa(r.Usage.Output) + "}}"
	return slices.Values(append(events, chunkEvent(stop, false), chunkEvent(`{"type":"message_stop",`+invocationMetrics(r)+"}", false)))
}

// anthropicEmpty is a block as its start announces it.
func anthropicEmpty(b *Block) string {
	switch {
	case b.ToolUse != nil:
		out := appendString([]byte(`{"type":"tool_use","id":`), b.ToolUse.ID)
		return string(appendString(append(out, `,"name":`...), b.ToolUse.Name)) + `,"input":{}}`
	case b.Reasoning != nil && b.Reasoning.Text == nil:
		return string(anthropicWhole(b))
	case b.Reasoning != nil:
		return `{"type":"thinking","thinking":"","signature":""}`
	}
	return `{"type":"text","text":""}`
}

func anthropicDeltas(r *Reply, i int, yield func(delta) bool) {
	b := &r.Content[i]
	switch {
	case b.ToolUse != nil:
		const head = `{"type":"input_json_delta","partial_json":`
		yield(delta{head: head, tail: "}"})
		wrap(head, "}", fragments(string(b.ToolUse.Input)), yield)
	case b.Reasoning != nil && b.Reasoning.Text != nil:
		wrap(`{"type":"thinking_delta","thinking":`, "}", words(b.Reasoning.Text.Text), yield)
		yield(delta{head: `{"type":"signature_delta","signature":`, text: b.Reasoning.Text.Signature, tail: "}"})
	case b.Text != nil:
		wrap(`{"type":"text_delta","text":`, "}", chunks(r, i), yield)
	default:
		wrap(`{"type":"text_delta","text":`, "}", words(b.text()), yield)
	}
}
