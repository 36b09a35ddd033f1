package secretstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	sm "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/causeway-go/causeway/templates"
)

// previousMark makes the label of the version that an alias pointed at
// before. It is no alias: those have no dots.
const previousMark = ".previous"

// Aliases implements templates.Store. By, Why, At, Generation and Protected
// are not kept.
func (s *Store) Aliases(ctx context.Context, name string) ([]templates.Alias, error) {
	labels, err := s.labels(ctx, name)
	if err != nil {
		return nil, err
	}
	var out []templates.Alias
	for label, version := range labels {
		if templates.CheckAlias(label) == nil {
			out = append(out, templates.Alias{Name: label, Version: version, Previous: labels[label+previousMark]})
		}
	}
	slices.SortFunc(out, func(a, b templates.Alias) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// labels returns which version has which staging label. Secrets Manager's own
// are in capitals, which no alias has.
func (s *Store) labels(ctx context.Context, name string) (map[string]int, error) {
	if err := templates.CheckName(name); err != nil {
		return nil, err
	}
	out, err := s.client.DescribeSecret(ctx, &sm.DescribeSecretInput{SecretId: s.secret(name)})
	if err != nil {
		return nil, s.explain("aliases of "+name, err)
	}
	labels := map[string]int{}
	for id, stages := range out.VersionIdsToStages {
		for _, stage := range stages {
			if n := number(id); n > 0 {
				labels[stage] = n
			}
		}
	}
	return labels, nil
}

// SetAlias implements templates.Store. A move that another overtook is
// ErrConflict. Options that a label cannot keep to (Generation, Protect,
// Unprotect) are errors.ErrUnsupported; By and Why are for CloudTrail, which
// knows the caller.
func (s *Store) SetAlias(ctx context.Context, name, alias string, version int, o *templates.AliasOptions) (templates.Alias, error) {
	none := templates.Alias{}
	if err := templates.CheckAlias(alias); err != nil {
		return none, err
	}
	if o != nil && (o.Generation != 0 || o.Protect || o.Unprotect) {
		return none, fmt.Errorf("secretstore: labels have no generation and no protection; use s3store: %w", errors.ErrUnsupported)
	}
	labels, err := s.labels(ctx, name)
	if err != nil {
		return none, err
	}
	before, previous := labels[alias], labels[alias+previousMark]
	a := templates.Alias{Name: alias, Version: version, Previous: previous}
	switch {
	case version == 0 && before == 0:
		return none, fmt.Errorf("alias %s@%s: %w", name, alias, templates.ErrNotFound)
	case version == 0:
		a.Previous = before
		return a, errors.Join(s.move(ctx, name, alias, before, 0), s.move(ctx, name, alias+previousMark, previous, 0))
	}
	if _, err := s.Stat(ctx, templates.Ref{Name: name, Version: version}); err != nil {
		return none, err
	}
	if before == version {
		return a, nil
	}
	if err := s.move(ctx, name, alias, before, version); err != nil {
		return none, err
	}
	if before != 0 {
		a.Previous = before
		err = s.move(ctx, name, alias+previousMark, previous, before)
	}
	return a, err
}

// move takes a label from one version and gives it to another; 0 is none.
func (s *Store) move(ctx context.Context, name, label string, from, to int) error {
	if from == to {
		return nil
	}
	in := &sm.UpdateSecretVersionStageInput{SecretId: s.secret(name), VersionStage: &label}
	if from != 0 {
		in.RemoveFromVersionId = versionID(from)
	}
	if to != 0 {
		in.MoveToVersionId = versionID(to)
	}
	_, err := s.client.UpdateSecretVersionStage(ctx, in)
	if _, elsewhere := errors.AsType[*types.InvalidParameterException](err); elsewhere {
		return fmt.Errorf("secretstore: move %s of %s: %w: %w", label, name, templates.ErrConflict, err)
	}
	return s.explain("move "+label+" of "+name, err)
}
