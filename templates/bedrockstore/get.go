package bedrockstore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/causeway-go/causeway/templates"
)

// Get implements templates.Store.
func (s *Store) Get(ctx context.Context, ref templates.Ref) ([]byte, templates.Version, error) {
	at, n, err := s.pin(ctx, ref)
	if err != nil {
		return nil, templates.Version{}, err
	}
	body, v, err := s.read(ctx, ref.Name, at, strconv.Itoa(n))
	if err == nil {
		err = templates.CheckSHA256(ref, v.SHA256)
	}
	return body, v, err
}

// Stat implements templates.Stater. Bedrock has no way to ask about a prompt
// without reading it.
func (s *Store) Stat(ctx context.Context, ref templates.Ref) (templates.Version, error) {
	_, v, err := s.Get(ctx, ref)
	return v, err
}

// ARN returns the prompt ARN of the version that ref means. Given to Converse
// as the model id, with message.Call.PromptVariables from
// templates.Template.PromptVariables, Bedrock fills the prompt in itself. Such
// a call takes no system text, tools or inference settings of its own.
func (s *Store) ARN(ctx context.Context, ref templates.Ref) (string, error) {
	at, n, err := s.pin(ctx, ref)
	if err != nil {
		return "", err
	}
	return at.arn + ":" + strconv.Itoa(n), nil
}

// pin finds where the prompt is and which version of it ref means.
func (s *Store) pin(ctx context.Context, ref templates.Ref) (place, int, error) {
	at, err := s.find(ctx, ref.Name)
	if err != nil {
		return at, 0, err
	}
	absent := fmt.Errorf("prompt %s: %w", ref, templates.ErrNotFound)
	switch {
	case ref.Version != 0:
		return at, ref.Version, nil
	case ref.Alias != "":
		aliases, err := s.Aliases(ctx, ref.Name)
		if err != nil {
			return at, 0, err
		}
		for _, a := range aliases {
			if a.Name == ref.Alias {
				return at, a.Version, nil
			}
		}
		return at, 0, absent
	case ref.SHA256 != "":
		for v, err := range s.Versions(ctx, ref.Name) {
			if err != nil {
				return at, 0, err
			}
			if strings.HasPrefix(v.SHA256, ref.SHA256) {
				return at, v.Number, nil
			}
		}
		return at, 0, absent
	}
	numbers, err := s.numbers(ctx, at)
	if err != nil || len(numbers) == 0 {
		return at, 0, errors.Join(err, absent)
	}
	return at, numbers[len(numbers)-1], nil
}

// Versions implements templates.Store.
func (s *Store) Versions(ctx context.Context, name string) iter.Seq2[templates.Version, error] {
	return func(yield func(templates.Version, error) bool) {
		at, err := s.find(ctx, name)
		var numbers []int
		if err == nil {
			numbers, err = s.numbers(ctx, at)
		}
		if err != nil {
			yield(templates.Version{}, err)
			return
		}
		for _, n := range slices.Backward(numbers) {
			_, v, err := s.read(ctx, name, at, strconv.Itoa(n))
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// Names implements templates.Store. Prompts that were not published by a
// Store of this package are left out: see Import.
func (s *Store) Names(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for p, err := range s.summaries(ctx, "") {
			name := ourName(p)
			if err == nil && (name == "" || !strings.HasPrefix(name, prefix)) {
				continue
			}
			if !yield(name, err) || err != nil {
				return
			}
		}
	}
}

// Log implements templates.Store: Bedrock keeps none. CloudTrail does.
func (s *Store) Log(context.Context, string) iter.Seq2[templates.Entry, error] {
	return func(yield func(templates.Entry, error) bool) {
		yield(templates.Entry{}, fmt.Errorf("bedrockstore: Bedrock keeps no log; look in CloudTrail: %w", errors.ErrUnsupported))
	}
}
