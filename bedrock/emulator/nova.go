package emulator

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
)

// novaFormat is the body of Amazon Nova: Converse's JSON with settings of its
// own.
type novaFormat struct{ invoked }

func (novaFormat) toolUseID(id source) string { return id.requestID() }

// novaSettings are names that Nova has beside Converse's.
type novaSettings struct {
	InferenceConfig struct {
		MaxNewTokens *int `json:"max_new_tokens"`
	} `json:"inferenceConfig"`
	Messages []struct {
		Content []map[string]json.RawMessage `json:"content"`
	} `json:"messages"`
}

func (novaFormat) decode(r *Request) *Failure {
	var set novaSettings
	if err := json.Unmarshal(r.Body, &set); err != nil {
		return invalid("Malformed input request, please reformat your input and try again.")
	}
	if f := set.check(); f != nil {
		return f
	}
	if err := json.Unmarshal(r.Body, r); err != nil {
		return malformed("%s", decodeMessage(err))
	}
	if n := set.InferenceConfig.MaxNewTokens; n != nil {
		r.InferenceConfig.MaxTokens = n
	}
	return r.Validate()
}

// novaKeys are the kinds of content block Nova knows.
var novaKeys = map[string]bool{
	"text": true, "image": true, "video": true, "audio": true, "document": true, "toolUse": true,
	"toolResult": true, "cachePoint": true, "reasoningContent": true, "guardContent": true,
}

// check holds Nova's JSON schema to the blocks: the two messages were
// recorded.
func (s *novaSettings) check() *Failure {
	for i, m := range s.Messages {
		for j, block := range m.Content {
			known, extra := 0, ""
			for k := range block {
				if novaKeys[k] {
					known++
				} else if extra == "" || k < extra {
					extra = k
				}
			}
			at := fmt.Sprintf("#/messages/%d/content/%d", i, j)
			switch {
			case known == 0:
				return malformed("%s: required key [toolUse] not found", at)
			case extra != "":
				return malformed("%s: extraneous key [%s] is not permitted", at, extra)
			}
		}
	}
	return nil
}

func (novaFormat) body(r *Reply, _ *Request, _ source) ([]byte, error) {
	content, err := marshal(novaBlocks(r.Content))
	if err != nil {
		return nil, err
	}
	b := append(append([]byte(`{"output":{"message":{"content":`), content...), `,"role":"assistant"}},"stopReason":`...)
	b = appendString(b, r.StopReason)
	return append(append(b, `,"usage":`...), novaUsage(r.Usage, true)+"}"...), nil
}

// novaBlocks drops the type of tool calls, which Nova does not write.
func novaBlocks(blocks []Block) []Block {
	out := make([]Block, len(blocks))
	for i, b := range blocks {
		if b.ToolUse != nil {
			call := *b.ToolUse
			call.Type = ""
			b.ToolUse = &call
		}
		out[i] = b
	}
	return out
}

func novaUsage(u *Usage, total bool) string {
	s := `{"inputTokens":` + strconv.Itoa(u.Input) + `,"outputTokens":` + strconv.Itoa(u.Output)
	if total {
		s += `,"totalTokens":` + strconv.Itoa(u.Input+u.Output)
	}
	return s + `,"cacheReadInputTokenCount":` + strconv.Itoa(u.CacheRead) +
		`,"cacheWriteInputTokenCount":` + strconv.Itoa(u.CacheWrite) + "}"
}

// events: Nova makes every delta of text a block of its own, with a stop and
// without a start.
func (novaFormat) events(r *Reply, _ *Request, _ source) iter.Seq[event] {
	events := []event{chunkEvent(`{"messageStart":{"role":"assistant"}}`, false)}
	index, n := 0, 0
	add := func(delta string) {
		events = append(events, chunkEvent(`{"contentBlockDelta":{"delta":`+delta+`,"contentBlockIndex":`+strconv.Itoa(index)+"}}", n > 0))
		n++
	}
	stop := func() {
		events = append(events, chunkEvent(`{"contentBlockStop":{"contentBlockIndex":`+strconv.Itoa(index)+"}}", false))
		index++
	}
	for i := range r.Content {
		if call := r.Content[i].ToolUse; call != nil {
			head := appendString([]byte(`{"contentBlockStart":{"start":{"toolUse":{"toolUseId":`), call.ID)
			head = appendString(append(head, `,"name":`...), call.Name)
			events = append(events, chunkEvent(string(head)+`}},"contentBlockIndex":`+strconv.Itoa(index)+"}}", false))
			add(string(appendString([]byte(`{"toolUse":{"input":`), string(call.Input))) + "}}")
			stop()
			continue
		}
		for d := range deltas(r, i) {
			add(string(d.append(nil)))
			stop()
		}
	}
	end := `{"metadata":{"usage":` + novaUsage(r.Usage, false) + `,"metrics":{},"trace":{}},` + invocationMetrics(r) + "}"
	return slices.Values(append(events, chunkEvent(string(appendString([]byte(`{"messageStop":{"stopReason":`), r.StopReason))+"}}", false), chunkEvent(end, false)))
}
