package ssmstore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/causeway-go/causeway/internal/packed"
	"github.com/causeway-go/causeway/templates"
)

// Client is the part of *ssm.Client that the store needs.
type Client interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
	GetParameterHistory(context.Context, *ssm.GetParameterHistoryInput, ...func(*ssm.Options)) (*ssm.GetParameterHistoryOutput, error)
	GetParametersByPath(context.Context, *ssm.GetParametersByPathInput, ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error)
	PutParameter(context.Context, *ssm.PutParameterInput, ...func(*ssm.Options)) (*ssm.PutParameterOutput, error)
	LabelParameterVersion(context.Context, *ssm.LabelParameterVersionInput, ...func(*ssm.Options)) (*ssm.LabelParameterVersionOutput, error)
	UnlabelParameterVersion(context.Context, *ssm.UnlabelParameterVersionInput, ...func(*ssm.Options)) (*ssm.UnlabelParameterVersionOutput, error)
}

// The limits of Parameter Store (PutParameter in its API reference).
const (
	MaxStandard = 4 << 10 // bytes of a value
	MaxAdvanced = 8 << 10
	MaxVersions = 100 // kept of one parameter
)

// Options are the settings of a Store. Nil and zero fields mean the defaults.
type Options struct {
	Prefix   string // before every name: /causeway/prompts by default
	Advanced bool   // advanced parameters: 8 KB, and a charge for each
	KMSKeyID string // keep SecureString values under this key; plain String by default
}

// Store is a templates.Store in Parameter Store. It is safe for concurrent use.
type Store struct {
	client  Client
	options Options
}

var _ templates.Stater = (*Store)(nil)

// New returns the store below o.Prefix. It asks nothing of the service yet.
func New(client Client, o *Options) (*Store, error) {
	if client == nil {
		return nil, errors.New("ssmstore: a store needs a client")
	}
	s := &Store{client: client}
	if o != nil {
		s.options = *o
	}
	if s.options.Prefix == "" {
		s.options.Prefix = "/causeway/prompts"
	}
	s.options.Prefix = "/" + strings.Trim(s.options.Prefix, "/") + "/"
	return s, nil
}

// Publish implements templates.Store. Parameter Store gives the numbers, so
// that publishers cannot take each other's.
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
	switch {
	case err == nil && newest.SHA256 == v.SHA256:
		newest.Existed = true
		return newest, nil
	case err == nil && v.Parent == "":
		v.Parent = newest.SHA256
	case err != nil && !errors.Is(err, templates.ErrNotFound):
		return v, err
	}
	value, err := packed.Encode(body, v)
	if err != nil {
		return v, err
	}
	if most := s.most(); len(value) > most {
		return v, fmt.Errorf("ssmstore: publish %s: it packs to %d bytes, and a parameter takes %d; shorten it%s or keep it in S3",
			name, len(value), most, map[bool]string{false: ", use advanced parameters"}[s.options.Advanced])
	}
	out, err := s.client.PutParameter(ctx, s.put(name, value))
	if err != nil {
		return v, explain("publish "+name, err)
	}
	v.Number = int(out.Version)
	return v, nil
}

func (s *Store) most() int {
	if s.options.Advanced {
		return MaxAdvanced
	}
	return MaxStandard
}

func (s *Store) put(name, value string) *ssm.PutParameterInput {
	in := &ssm.PutParameterInput{
		Name: s.parameter(name), Value: &value, Overwrite: new(true),
		Type: types.ParameterTypeString, Tier: types.ParameterTierStandard, Description: new("A causeway prompt"),
	}
	if s.options.Advanced {
		in.Tier = types.ParameterTierAdvanced
	}
	if s.options.KMSKeyID != "" {
		in.Type, in.KeyId = types.ParameterTypeSecureString, &s.options.KMSKeyID
	}
	return in
}

func (s *Store) parameter(name string) *string { return new(s.options.Prefix + name) }

// Get implements templates.Store: one request, except for a checksum.
func (s *Store) Get(ctx context.Context, ref templates.Ref) ([]byte, templates.Version, error) {
	if err := templates.CheckName(ref.Name); err != nil {
		return nil, templates.Version{}, err
	}
	selector := ""
	switch {
	case ref.Version != 0:
		selector = ":" + strconv.Itoa(ref.Version)
	case ref.Alias != "":
		selector = ":" + ref.Alias
	case ref.SHA256 != "":
		v, err := packed.BySHA256(s.Versions(ctx, ref.Name), ref)
		if err != nil {
			return nil, v, err
		}
		selector = ":" + strconv.Itoa(v.Number)
	}
	out, err := s.client.GetParameter(ctx, &ssm.GetParameterInput{
		Name: new(s.options.Prefix + ref.Name + selector), WithDecryption: new(true),
	})
	if err != nil {
		return nil, templates.Version{}, explain("get "+ref.String(), err)
	}
	body, v, err := packed.Decode(value(out.Parameter.Value), ref.Name, int(out.Parameter.Version))
	if err == nil {
		err = templates.CheckSHA256(ref, v.SHA256)
	}
	return body, v, err
}

// Stat implements templates.Stater. Parameter Store has no way to ask about a
// value without reading it.
func (s *Store) Stat(ctx context.Context, ref templates.Ref) (templates.Version, error) {
	_, v, err := s.Get(ctx, ref)
	return v, err
}

// Versions implements templates.Store. The history comes oldest first, so all
// of it is read: two pages at most.
func (s *Store) Versions(ctx context.Context, name string) iter.Seq2[templates.Version, error] {
	return func(yield func(templates.Version, error) bool) {
		history, err := s.history(ctx, name, true)
		if err != nil {
			yield(templates.Version{}, err)
			return
		}
		for i := len(history) - 1; i >= 0; i-- {
			_, v, err := packed.Decode(value(history[i].Value), name, int(history[i].Version))
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

func (s *Store) history(ctx context.Context, name string, values bool) ([]types.ParameterHistory, error) {
	if err := templates.CheckName(name); err != nil {
		return nil, err
	}
	in := &ssm.GetParameterHistoryInput{Name: s.parameter(name), WithDecryption: &values, MaxResults: new(int32(50))}
	var out []types.ParameterHistory
	for {
		page, err := s.client.GetParameterHistory(ctx, in)
		if err != nil {
			return nil, explain("history of "+name, err)
		}
		out = append(out, page.Parameters...)
		if in.NextToken = page.NextToken; value(in.NextToken) == "" {
			return out, nil
		}
	}
}

// Names implements templates.Store.
func (s *Store) Names(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		in := &ssm.GetParametersByPathInput{Path: new(strings.TrimSuffix(s.options.Prefix, "/")), Recursive: new(true), MaxResults: new(int32(10))}
		for {
			page, err := s.client.GetParametersByPath(ctx, in)
			if err != nil {
				yield("", explain("list prompts", err))
				return
			}
			for _, p := range page.Parameters {
				name, ok := strings.CutPrefix(value(p.Name), s.options.Prefix)
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

// Log implements templates.Store: Parameter Store keeps none. CloudTrail does.
func (s *Store) Log(context.Context, string) iter.Seq2[templates.Entry, error] {
	return func(yield func(templates.Entry, error) bool) {
		yield(templates.Entry{}, fmt.Errorf("ssmstore: Parameter Store keeps no log; look in CloudTrail: %w", errors.ErrUnsupported))
	}
}

// explain turns the service's errors into ours.
func explain(doing string, err error) error {
	if _, ok := errors.AsType[*types.ParameterNotFound](err); ok {
		return fmt.Errorf("ssmstore: %s: %w", doing, templates.ErrNotFound)
	}
	if _, ok := errors.AsType[*types.ParameterVersionNotFound](err); ok {
		return fmt.Errorf("ssmstore: %s: %w", doing, templates.ErrNotFound)
	}
	if _, ok := errors.AsType[*types.ParameterMaxVersionLimitExceeded](err); ok {
		return fmt.Errorf("ssmstore: %s: there are %d versions and the oldest has an alias; move that alias first: %w", doing, MaxVersions, err)
	}
	return fmt.Errorf("ssmstore: %s: %w", doing, err)
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
