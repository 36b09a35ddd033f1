package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/template"
)

// line is one scripted answer with its templates parsed.
type line struct {
	turn            Turn
	text, reasoning *template.Template
	inputs          []any // a tool call's input, its strings as templates
}

func compileLine(t Turn) (*line, error) {
	if len(t.Chunks) > 0 && t.Text != "" && strings.Join(t.Chunks, "") != t.Text {
		return nil, errors.New("the chunks do not make up the text")
	}
	if t.Text == "" {
		t.Text = strings.Join(t.Chunks, "")
	}
	if len(t.Citations) > 0 && (t.Text == "" || len(t.Chunks) > 0) {
		return nil, errors.New("citations belong to a text without chunks")
	}
	if t.Error == nil && t.Text == "" && t.Reasoning == "" && len(t.ToolCalls) == 0 {
		return nil, errors.New("it answers nothing: give text, reasoning, toolCalls or error")
	}
	l := &line{turn: t}
	var err error
	if l.text, err = parseTemplate("text", t.Text); err != nil {
		return nil, err
	}
	if l.reasoning, err = parseTemplate("reasoning", t.Reasoning); err != nil {
		return nil, err
	}
	for _, call := range t.ToolCalls {
		in, err := compileInput(call.Name, map[string]any(call.Input))
		if err != nil {
			return nil, err
		}
		l.inputs = append(l.inputs, in)
	}
	return l, nil
}

// maxText bounds what a template may write: loops in it cannot fill memory.
const maxText = 4 << 20

var noRequest = template.FuncMap{
	"group":  func(int) string { return "" },
	"result": func(string) string { return "" },
	"json":   func(string, string) any { return nil },
}

// parseTemplate returns nil for text without actions.
func parseTemplate(name, text string) (*template.Template, error) {
	if !strings.Contains(text, "{{") {
		return nil, nil
	}
	return template.New(name).Option("missingkey=error").Funcs(noRequest).Parse(text)
}

func (l *line) reply(r *Request, groups []string) (*Reply, error) {
	t := l.turn
	if t.Error != nil {
		return nil, t.Error
	}
	reply := &Reply{StopReason: t.StopReason, Usage: t.Usage, Chunks: t.Chunks, First: t.First, Chunk: t.Chunk}
	view := view{r, groups}
	if t.Reasoning != "" {
		text, err := view.render(l.reasoning, t.Reasoning)
		if err != nil {
			return nil, err
		}
		reply.Content = append(reply.Content, Block{Reasoning: &Reasoning{Text: &ReasoningText{Text: text, Signature: signature(text)}}})
	}
	if t.Text != "" {
		text, err := view.render(l.text, t.Text)
		if err != nil {
			return nil, err
		}
		reply.Content = append(reply.Content, textBlock(text, t.Citations))
	}
	for i, call := range t.ToolCalls {
		in, err := view.input(l.inputs[i])
		if err != nil {
			return nil, err
		}
		reply.Content = append(reply.Content, Block{ToolUse: &ToolUse{ID: call.ID, Name: call.Name, Input: in}})
	}
	return reply, nil
}

func textBlock(text string, citations []Citation) Block {
	if citations == nil {
		return Block{Text: &text}
	}
	cited := &Cited{Content: []CitedText{{text}}}
	for _, c := range citations {
		b := fmt.Appendf(nil, `{"location":{"documentChar":{"documentIndex":%d,"end":%d,"start":%d}},"sourceContent":[{"text":`, c.Document, c.End, c.Start)
		b = appendString(append(appendString(b, c.Quote), `}],"title":`...), c.Title)
		cited.Citations = append(cited.Citations, append(b, '}'))
	}
	return Block{Citations: cited}
}

// view is what a template sees.
type view struct {
	r      *Request
	groups []string
}

func (v view) render(t *template.Template, text string) (string, error) {
	if t == nil {
		return text, nil
	}
	t, err := t.Clone()
	if err != nil {
		return "", err
	}
	var out limited
	err = t.Funcs(template.FuncMap{"group": v.group, "result": v.result, "json": v.json}).Execute(&out, v.r)
	if err != nil {
		return "", invalid("The template of the emulator's script failed: %v", err)
	}
	return out.String(), nil
}

func (v view) group(i int) (string, error) {
	if i < 0 || i >= len(v.groups) {
		return "", fmt.Errorf("the pattern has no group %d", i)
	}
	return v.groups[i], nil
}

// result is the text of the newest result of a tool, anywhere in the history.
func (v view) result(tool string) (string, error) {
	for i := len(v.r.Messages) - 1; i >= 0; i-- {
		for _, b := range v.r.Messages[i].Content {
			if b.ToolResult != nil && v.r.ToolName(b.ToolResult.ID) == tool {
				return b.ToolResult.Text(), nil
			}
		}
	}
	return "", fmt.Errorf("the conversation holds no result of the tool %q", tool)
}

func (v view) json(tool, field string) (any, error) {
	text, err := v.result(tool)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return nil, fmt.Errorf("the result of the tool %q is no JSON object", tool)
	}
	value, ok := object[field]
	if !ok {
		return nil, fmt.Errorf("the result of the tool %q has no field %q", tool, field)
	}
	return value, nil
}

// limited is a strings.Builder that refuses to grow beyond maxText.
type limited struct{ strings.Builder }

func (l *limited) Write(b []byte) (int, error) {
	if l.Len()+len(b) > maxText {
		return 0, io.ErrShortBuffer
	}
	return l.Builder.Write(b)
}
