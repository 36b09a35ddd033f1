package secretstore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	sm "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/causeway-go/causeway/internal/packed"
	"github.com/causeway-go/causeway/templates"
)

// Client is the part of *secretsmanager.Client that the store needs.
type Client interface {
	CreateSecret(context.Context, *sm.CreateSecretInput, ...func(*sm.Options)) (*sm.CreateSecretOutput, error)
	PutSecretValue(context.Context, *sm.PutSecretValueInput, ...func(*sm.Options)) (*sm.PutSecretValueOutput, error)
	GetSecretValue(context.Context, *sm.GetSecretValueInput, ...func(*sm.Options)) (*sm.GetSecretValueOutput, error)
	DescribeSecret(context.Context, *sm.DescribeSecretInput, ...func(*sm.Options)) (*sm.DescribeSecretOutput, error)
	ListSecretVersionIds(context.Context, *sm.ListSecretVersionIdsInput, ...func(*sm.Options)) (*sm.ListSecretVersionIdsOutput, error)
	ListSecrets(context.Context, *sm.ListSecretsInput, ...func(*sm.Options)) (*sm.ListSecretsOutput, error)
	UpdateSecretVersionStage(context.Context, *sm.UpdateSecretVersionStageInput, ...func(*sm.Options)) (*sm.UpdateSecretVersionStageOutput, error)
}

// MaxValue is how much one version takes, in bytes (quota of Secrets Manager).
const MaxValue = 64 << 10

// Options are the settings of a Store. Nil and zero fields mean the defaults.
type Options struct {
	Prefix   string // before every name: causeway/prompts by default
	KMSKeyID string // the key of new secrets; the account's default by default
}

// Store is a templates.Store in Secrets Manager. It is safe for concurrent use.
type Store struct {
	client  Client
	options Options
}

var _ templates.Stater = (*Store)(nil)

// New returns the store below o.Prefix. It asks nothing of the service yet.
func New(client Client, o *Options) (*Store, error) {
	if client == nil {
		return nil, errors.New("secretstore: a store needs a client")
	}
	s := &Store{client: client}
	if o != nil {
		s.options = *o
	}
	if s.options.Prefix == "" {
		s.options.Prefix = "causeway/prompts"
	}
	s.options.Prefix = strings.Trim(s.options.Prefix, "/") + "/"
	return s, nil
}

const (
	idMark  = "causeway-prompt-version-" // with 8 digits: 32 characters, the least a version id has
	current = "AWSCURRENT"
)

func versionID(n int) *string { return new(fmt.Sprintf("%s%08d", idMark, n)) }

// number is the reverse of versionID, 0 for an id that is not ours.
func number(id string) int {
	digits, ok := strings.CutPrefix(id, idMark)
	n, err := strconv.Atoi(digits)
	if !ok || err != nil {
		return 0
	}
	return n
}

func (s *Store) secret(name string) *string { return new(s.options.Prefix + name) }

// Publish implements templates.Store.
func (s *Store) Publish(ctx context.Context, name string, body []byte, o *templates.PublishOptions) (templates.Version, error) {
	if o == nil {
		o = &templates.PublishOptions{}
	}
	if err := templates.CheckPublish(ctx, name, body, o); err != nil {
		return templates.Version{}, err
	}
	v := templates.Version{
		Name: name, SHA256: templates.SHA256(body), Size: len(body),
		Author: o.Author, Parent: o.Parent, Why: o.Why, Created: time.Now().UTC(),
	}
	newest, err := s.Stat(ctx, templates.Ref{Name: name})
	if err != nil && !errors.Is(err, templates.ErrNotFound) {
		return v, err
	}
	for v.Number = newest.Number + 1; v.Number <= templates.MaxVersion; v.Number++ {
		if newest.SHA256 == v.SHA256 {
			newest.Existed = true
			return newest, nil
		}
		if o.Parent == "" {
			v.Parent = newest.SHA256
		}
		err := s.write(ctx, v, body)
		if _, taken := errors.AsType[*types.ResourceExistsException](err); !taken {
			return v, s.explain("publish "+name, err)
		}
		// Another publisher has this number, or made the secret.
		if newest, err = s.Stat(ctx, templates.Ref{Name: name, Version: v.Number}); err != nil {
			return v, err
		}
	}
	return v, fmt.Errorf("secretstore: publish %s: there are no more numbers", name)
}

// write stores v: the first version makes the secret.
func (s *Store) write(ctx context.Context, v templates.Version, body []byte) error {
	value, err := packed.Encode(body, v)
	if err != nil {
		return err
	}
	if len(value) > MaxValue {
		return fmt.Errorf("it packs to %d bytes, and a secret takes %d", len(value), MaxValue)
	}
	if v.Number > 1 {
		_, err = s.client.PutSecretValue(ctx, &sm.PutSecretValueInput{
			SecretId: s.secret(v.Name), ClientRequestToken: versionID(v.Number), SecretString: &value,
		})
		return err
	}
	in := &sm.CreateSecretInput{
		Name: s.secret(v.Name), ClientRequestToken: versionID(1), SecretString: &value, Description: new("A causeway prompt"),
	}
	if s.options.KMSKeyID != "" {
		in.KmsKeyId = &s.options.KMSKeyID
	}
	_, err = s.client.CreateSecret(ctx, in)
	return err
}

// Get implements templates.Store: one request, except for a checksum.
func (s *Store) Get(ctx context.Context, ref templates.Ref) ([]byte, templates.Version, error) {
	if err := templates.CheckName(ref.Name); err != nil {
		return nil, templates.Version{}, err
	}
	in := &sm.GetSecretValueInput{SecretId: s.secret(ref.Name)}
	switch {
	case ref.Version != 0:
		in.VersionId = versionID(ref.Version)
	case ref.Alias != "":
		in.VersionStage = &ref.Alias
	case ref.SHA256 != "":
		v, err := packed.BySHA256(s.Versions(ctx, ref.Name), ref)
		if err != nil {
			return nil, v, err
		}
		in.VersionId = versionID(v.Number)
	default:
		in.VersionStage = new(current)
	}
	out, err := s.client.GetSecretValue(ctx, in)
	if err != nil {
		return nil, templates.Version{}, s.explain("get "+ref.String(), err)
	}
	body, v, err := packed.Decode(value(out.SecretString), ref.Name, number(value(out.VersionId)))
	if err == nil {
		err = templates.CheckSHA256(ref, v.SHA256)
	}
	return body, v, err
}

// Stat implements templates.Stater. Secrets Manager has no way to ask about a
// value without reading it.
func (s *Store) Stat(ctx context.Context, ref templates.Ref) (templates.Version, error) {
	_, v, err := s.Get(ctx, ref)
	return v, err
}

// Versions implements templates.Store.
func (s *Store) Versions(ctx context.Context, name string) iter.Seq2[templates.Version, error] {
	return func(yield func(templates.Version, error) bool) {
		numbers, err := s.numbers(ctx, name)
		if err != nil {
			yield(templates.Version{}, err)
			return
		}
		for _, n := range slices.Backward(numbers) {
			v, err := s.Stat(ctx, templates.Ref{Name: name, Version: n})
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// numbers lists the versions there are, in order.
func (s *Store) numbers(ctx context.Context, name string) ([]int, error) {
	if err := templates.CheckName(name); err != nil {
		return nil, err
	}
	in := &sm.ListSecretVersionIdsInput{SecretId: s.secret(name), IncludeDeprecated: new(true), MaxResults: new(int32(100))}
	var out []int
	for {
		page, err := s.client.ListSecretVersionIds(ctx, in)
		if err != nil {
			return nil, s.explain("list "+name, err)
		}
		for _, v := range page.Versions {
			if n := number(value(v.VersionId)); n > 0 {
				out = append(out, n)
			}
		}
		if in.NextToken = page.NextToken; value(in.NextToken) == "" {
			slices.Sort(out)
			return out, nil
		}
	}
}

// Names implements templates.Store.
func (s *Store) Names(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		in := &sm.ListSecretsInput{MaxResults: new(int32(100)), Filters: []types.Filter{
			{Key: types.FilterNameStringTypeName, Values: []string{s.options.Prefix + prefix}},
		}}
		for {
			page, err := s.client.ListSecrets(ctx, in)
			if err != nil {
				yield("", s.explain("list prompts", err))
				return
			}
			for _, e := range page.SecretList {
				name, ok := strings.CutPrefix(value(e.Name), s.options.Prefix)
				if ok && strings.HasPrefix(name, prefix) && templates.CheckName(name) == nil && !yield(name, nil) {
					return
				}
			}
			if in.NextToken = page.NextToken; value(in.NextToken) == "" {
				return
			}
		}
	}
}

// Log implements templates.Store: Secrets Manager keeps none. CloudTrail does.
func (s *Store) Log(context.Context, string) iter.Seq2[templates.Entry, error] {
	return func(yield func(templates.Entry, error) bool) {
		yield(templates.Entry{}, fmt.Errorf("secretstore: Secrets Manager keeps no log; look in CloudTrail: %w", errors.ErrUnsupported))
	}
}

// explain turns the service's errors into ours.
func (s *Store) explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return fmt.Errorf("secretstore: %s: %w", doing, templates.ErrNotFound)
	}
	return fmt.Errorf("secretstore: %s: %w", doing, err)
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
