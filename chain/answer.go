package chain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// AnswerError says that a model's answer did not fit the prompt's output
// schema, nor did its corrections.
type AnswerError struct {
	Tries      int
	StopReason string // why the last answer ended: one that was cut off cannot fit
	Err        error  // what was wrong with it
}

func (e *AnswerError) Error() string {
	return fmt.Sprintf("the model's answer does not fit the output schema after %d tries (the last one ended with %s): %v", e.Tries, e.StopReason, e.Err)
}

// Unwrap returns what was wrong.
func (e *AnswerError) Unwrap() error { return e.Err }

// answer reads the value out of choice, asking for a correction up to repairs
// times, and returns it with the choice it came from.
func (q asked) answer(ctx context.Context, f frame, msgs []llms.MessageContent, choice *llms.ContentChoice, repairs int) (any, *llms.ContentChoice, error) {
	if q.schema == nil {
		return choice.Content, choice, nil
	}
	for tries := 1; ; tries++ {
		v, err := structured(choice.Content, q.schema)
		if err == nil {
			return v, choice, nil
		}
		if tries > repairs {
			return nil, nil, &AnswerError{Tries: tries, StopReason: choice.StopReason, Err: err}
		}
		msgs = append(msgs[:len(msgs):len(msgs)], message.Assistant(choice), llms.TextParts(llms.ChatMessageTypeHuman, repairRequest(err)))
		if choice, err = q.generate(ctx, f, msgs, f.res.Turns+1); err != nil {
			return nil, nil, err
		}
	}
}

func repairRequest(err error) string {
	return "Your answer does not fit the required JSON schema: " + err.Error() +
		".\nAnswer again with the corrected JSON value and nothing else."
}

// structured reads the one JSON value of text and checks it.
func structured(text string, schema *jsonschema.Resolved) (any, error) {
	v, err := findJSON(text)
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(v); err != nil {
		return nil, errors.New(misfits(schema.Schema(), v))
	}
	return v, nil
}

// findJSON reads the JSON value of an answer. Models like to put a fence or a
// sentence around it, which is forgiven.
func findJSON(text string) (any, error) {
	text = strings.TrimSpace(text)
	if v, err := oneJSON(text); err == nil {
		return v, nil
	}
	if _, after, ok := strings.Cut(text, "```"); ok {
		after = strings.TrimPrefix(after, "json")
		if inside, _, ok := strings.Cut(after, "```"); ok {
			if v, err := oneJSON(strings.TrimSpace(inside)); err == nil {
				return v, nil
			}
		}
	}
	if i := strings.IndexAny(text, "{["); i >= 0 {
		var v any
		if json.NewDecoder(strings.NewReader(text[i:])).Decode(&v) == nil {
			return v, nil
		}
	}
	return nil, errors.New("it is not valid JSON")
}

func oneJSON(text string) (any, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return v, nil
}

func parseSchema(raw json.RawMessage) (*jsonschema.Schema, error) {
	var s jsonschema.Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	return &s, nil
}
