package bedrockstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	agent "github.com/aws/aws-sdk-go-v2/service/bedrockagent"

	"github.com/causeway-go/causeway/templates"
)

// tagMark begins the key of a tag that is an alias. Its value is the version,
// and after a colon the one before: "3:2".
const tagMark = "causeway:alias:"

// Aliases implements templates.Store. By, Why, At, Generation and Protected
// are not kept.
func (s *Store) Aliases(ctx context.Context, name string) ([]templates.Alias, error) {
	at, err := s.find(ctx, name)
	if err != nil {
		return nil, err
	}
	out, err := s.client.ListTagsForResource(ctx, &agent.ListTagsForResourceInput{ResourceArn: &at.arn})
	if err != nil {
		return nil, explain("aliases of "+name, err)
	}
	var aliases []templates.Alias
	for key, text := range out.Tags {
		alias, ours := strings.CutPrefix(key, tagMark)
		if !ours {
			continue
		}
		version, previous, _ := strings.Cut(text, ":")
		a := templates.Alias{Name: alias}
		if a.Version, err = strconv.Atoi(version); err != nil {
			return nil, fmt.Errorf("bedrockstore: the tag %s of %s is not as written: %w", clip(key), name, templates.ErrIntegrity)
		}
		a.Previous, _ = strconv.Atoi(previous) // empty: none before
		aliases = append(aliases, a)
	}
	slices.SortFunc(aliases, func(a, b templates.Alias) int { return strings.Compare(a.Name, b.Name) })
	return aliases, nil
}

// SetAlias implements templates.Store. Options that a tag cannot keep to
// (Generation, Protect, Unprotect) are errors.ErrUnsupported; By and Why are
// for CloudTrail, which knows the caller.
func (s *Store) SetAlias(ctx context.Context, name, alias string, version int, o *templates.AliasOptions) (templates.Alias, error) {
	none := templates.Alias{}
	if err := templates.CheckAlias(alias); err != nil {
		return none, err
	}
	if o != nil && (o.Generation != 0 || o.Protect || o.Unprotect) {
		return none, fmt.Errorf("bedrockstore: tags have no generation and no protection; use s3store: %w", errors.ErrUnsupported)
	}
	at, err := s.find(ctx, name)
	if err != nil {
		return none, err
	}
	aliases, err := s.Aliases(ctx, name)
	if err != nil {
		return none, err
	}
	a := templates.Alias{Name: alias, Version: version}
	exists := false
	for _, before := range aliases {
		if before.Name != alias {
			continue
		}
		exists, a.Previous = true, before.Version
		if before.Version == version {
			a.Previous = before.Previous
		}
	}
	if version == 0 {
		if !exists {
			return none, fmt.Errorf("alias %s@%s: %w", name, alias, templates.ErrNotFound)
		}
		_, err = s.client.UntagResource(ctx, &agent.UntagResourceInput{ResourceArn: &at.arn, TagKeys: []string{tagMark + alias}})
	} else {
		if _, err := s.Stat(ctx, templates.Ref{Name: name, Version: version}); err != nil {
			return none, err
		}
		_, err = s.client.TagResource(ctx, &agent.TagResourceInput{ResourceArn: &at.arn, Tags: map[string]string{tagMark + alias: tagValue(a)}})
	}
	if err != nil {
		return none, explain("set alias "+alias+" of "+name, err)
	}
	return a, nil
}

func tagValue(a templates.Alias) string {
	text := strconv.Itoa(a.Version) + ":"
	if a.Previous != 0 {
		text += strconv.Itoa(a.Previous)
	}
	return text
}
