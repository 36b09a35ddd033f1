package ssmstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/causeway-go/causeway/templates"
)

// previousMark makes the label of the version that an alias pointed at
// before. It is no alias: those have no dots.
const previousMark = ".previous"

// Aliases implements templates.Store. By, Why, At, Generation and Protected
// are not kept.
func (s *Store) Aliases(ctx context.Context, name string) ([]templates.Alias, error) {
	history, err := s.history(ctx, name, false)
	if err != nil {
		return nil, err
	}
	found := map[string]*templates.Alias{}
	at := func(alias string) *templates.Alias {
		if found[alias] == nil {
			found[alias] = &templates.Alias{Name: alias}
		}
		return found[alias]
	}
	for _, h := range history {
		for _, label := range h.Labels {
			if alias, ok := strings.CutSuffix(label, previousMark); ok {
				at(alias).Previous = int(h.Version)
			} else if templates.CheckAlias(label) == nil {
				at(label).Version = int(h.Version)
			}
		}
	}
	var out []templates.Alias
	for _, a := range found {
		if a.Version != 0 {
			out = append(out, *a)
		}
	}
	slices.SortFunc(out, func(a, b templates.Alias) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// SetAlias implements templates.Store. Options that a label cannot keep to
// (Generation, Protect, Unprotect) are errors.ErrUnsupported; By and Why are
// for CloudTrail, which knows the caller.
func (s *Store) SetAlias(ctx context.Context, name, alias string, version int, o *templates.AliasOptions) (templates.Alias, error) {
	none := templates.Alias{}
	if err := checkLabel(alias); err != nil {
		return none, err
	}
	if o != nil && (o.Generation != 0 || o.Protect || o.Unprotect) {
		return none, fmt.Errorf("ssmstore: labels have no generation and no protection; use s3store: %w", errors.ErrUnsupported)
	}
	aliases, err := s.Aliases(ctx, name)
	if err != nil {
		return none, err
	}
	before := none
	for _, a := range aliases {
		if a.Name == alias {
			before = a
		}
	}
	if version == 0 {
		return s.remove(ctx, name, alias, before)
	}
	if _, err := s.Stat(ctx, templates.Ref{Name: name, Version: version}); err != nil {
		return none, err
	}
	if err := s.label(ctx, name, alias, version); err != nil {
		return none, err
	}
	a := templates.Alias{Name: alias, Version: version, Previous: before.Previous}
	if before.Version != 0 && before.Version != version {
		a.Previous = before.Version
		err = s.label(ctx, name, alias+previousMark, before.Version)
	}
	return a, err
}

// checkLabel says what Parameter Store asks of a label beyond what we ask of
// an alias (LabelParameterVersion in its API reference).
func checkLabel(alias string) error {
	if err := templates.CheckAlias(alias); err != nil {
		return err
	}
	if '0' <= alias[0] && alias[0] <= '9' || strings.HasPrefix(alias, "aws") || strings.HasPrefix(alias, "ssm") {
		return fmt.Errorf("ssmstore: Parameter Store has no labels that begin with a digit, aws or ssm: %q", alias)
	}
	return nil
}

func (s *Store) label(ctx context.Context, name, label string, version int) error {
	out, err := s.client.LabelParameterVersion(ctx, &ssm.LabelParameterVersionInput{
		Name: s.parameter(name), Labels: []string{label}, ParameterVersion: new(int64(version)),
	})
	if err != nil {
		return explain("label "+name, err)
	}
	if len(out.InvalidLabels) > 0 {
		return fmt.Errorf("ssmstore: Parameter Store does not take the label %q", label)
	}
	return nil
}

func (s *Store) remove(ctx context.Context, name, alias string, before templates.Alias) (templates.Alias, error) {
	if before.Version == 0 {
		return before, fmt.Errorf("alias %s@%s: %w", name, alias, templates.ErrNotFound)
	}
	for label, version := range map[string]int{alias: before.Version, alias + previousMark: before.Previous} {
		if version == 0 {
			continue
		}
		if _, err := s.client.UnlabelParameterVersion(ctx, &ssm.UnlabelParameterVersionInput{
			Name: s.parameter(name), Labels: []string{label}, ParameterVersion: new(int64(version)),
		}); err != nil {
			return before, explain("unlabel "+name, err)
		}
	}
	return templates.Alias{Name: alias, Previous: before.Version}, nil
}
