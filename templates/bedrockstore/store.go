package bedrockstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	agent "github.com/aws/aws-sdk-go-v2/service/bedrockagent"
	"github.com/aws/aws-sdk-go-v2/service/bedrockagent/types"

	"github.com/causeway-go/causeway/internal/packed"
	"github.com/causeway-go/causeway/templates"
)

// Client is the part of *bedrockagent.Client that the store needs.
type Client interface {
	CreatePrompt(context.Context, *agent.CreatePromptInput, ...func(*agent.Options)) (*agent.CreatePromptOutput, error)
	UpdatePrompt(context.Context, *agent.UpdatePromptInput, ...func(*agent.Options)) (*agent.UpdatePromptOutput, error)
	CreatePromptVersion(context.Context, *agent.CreatePromptVersionInput, ...func(*agent.Options)) (*agent.CreatePromptVersionOutput, error)
	GetPrompt(context.Context, *agent.GetPromptInput, ...func(*agent.Options)) (*agent.GetPromptOutput, error)
	ListPrompts(context.Context, *agent.ListPromptsInput, ...func(*agent.Options)) (*agent.ListPromptsOutput, error)
	ListTagsForResource(context.Context, *agent.ListTagsForResourceInput, ...func(*agent.Options)) (*agent.ListTagsForResourceOutput, error)
	TagResource(context.Context, *agent.TagResourceInput, ...func(*agent.Options)) (*agent.TagResourceOutput, error)
	UntagResource(context.Context, *agent.UntagResourceInput, ...func(*agent.Options)) (*agent.UntagResourceOutput, error)
}

// Options are the settings of a Store. Nil and zero fields mean the defaults.
type Options struct {
	KMSKeyARN string // the key of new prompts; Bedrock's own by default
}

// Store is a templates.Store in Prompt Management. It is safe for concurrent
// use; publishers in several processes see the package's doc.
type Store struct {
	client  Client
	options Options
	known   sync.Map   // prompt name -> place
	writing sync.Mutex // the draft has one writer at a time
}

// place is where Bedrock keeps a prompt.
type place struct{ id, arn string }

var _ templates.Stater = (*Store)(nil)

// New returns the store of the client's account and Region. It asks nothing
// of the service yet.
func New(client Client, o *Options) (*Store, error) {
	if client == nil {
		return nil, errors.New("bedrockstore: a store needs a client")
	}
	s := &Store{client: client}
	if o != nil {
		s.options = *o
	}
	return s, nil
}

// Publish implements templates.Store.
func (s *Store) Publish(ctx context.Context, name string, body []byte, o *templates.PublishOptions) (templates.Version, error) {
	if o == nil {
		o = &templates.PublishOptions{}
	}
	if err := templates.CheckPublish(ctx, name, body, o); err != nil {
		return templates.Version{}, err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
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
	variant, err := toVariant(body, v)
	if err != nil {
		return v, fmt.Errorf("bedrockstore: publish %s: %w", name, err)
	}
	for range 5 {
		made, err := s.publish(ctx, name, variant)
		if err != nil || made.SHA256 == v.SHA256 {
			return made, err
		}
		// Another process changed the draft between our two steps: what was
		// made is its content under a number, which harms nobody.
	}
	return v, fmt.Errorf("bedrockstore: publish %s: others keep changing the draft: %w", name, templates.ErrConflict)
}

// publish puts the variant into the draft, and makes a version of the draft.
func (s *Store) publish(ctx context.Context, name string, variant types.PromptVariant) (templates.Version, error) {
	at, err := s.draft(ctx, name, variant)
	if err != nil {
		return templates.Version{}, explain("publish "+name, err)
	}
	made, err := s.client.CreatePromptVersion(ctx, &agent.CreatePromptVersionInput{PromptIdentifier: &at.id})
	if err != nil {
		return templates.Version{}, explain("publish "+name, err)
	}
	_, v, err := s.read(ctx, name, at, value(made.Version))
	return v, err
}

func (s *Store) draft(ctx context.Context, name string, variant types.PromptVariant) (place, error) {
	variants := []types.PromptVariant{variant}
	at, err := s.find(ctx, name)
	if err == nil {
		_, err = s.client.UpdatePrompt(ctx, &agent.UpdatePromptInput{
			PromptIdentifier: &at.id, Name: new(slug(name)), Description: &name, Variants: variants,
			DefaultVariant: variant.Name, CustomerEncryptionKeyArn: optional(s.options.KMSKeyARN),
		})
		return at, err
	}
	if !errors.Is(err, templates.ErrNotFound) {
		return at, err
	}
	out, err := s.client.CreatePrompt(ctx, &agent.CreatePromptInput{
		Name: new(slug(name)), Description: &name, Variants: variants, DefaultVariant: variant.Name,
		CustomerEncryptionKeyArn: optional(s.options.KMSKeyARN), ClientToken: new("causeway-create-prompt-" + slug(name)),
	})
	if err != nil {
		return at, err
	}
	at = place{value(out.Id), value(out.Arn)}
	s.known.Store(name, at)
	return at, nil
}

// slug is the name that Bedrock sees, which takes no slashes: readable, and
// unmistakable by eight digits of the whole name's sha256.
func slug(name string) string {
	sum := sha256.Sum256([]byte(name))
	readable := strings.Trim(strings.Join(strings.FieldsFunc(name, func(r rune) bool {
		return r == '/' || r == '-' || r == '_'
	}), "-"), "-")
	return fmt.Sprintf("%.80s-%s", readable, hex.EncodeToString(sum[:4]))
}

// find looks for a prompt by our name for it.
func (s *Store) find(ctx context.Context, name string) (place, error) {
	if err := templates.CheckName(name); err != nil {
		return place{}, err
	}
	if at, ok := s.known.Load(name); ok {
		return at.(place), nil
	}
	for p, err := range s.summaries(ctx, "") {
		if err != nil {
			return place{}, err
		}
		if ourName(p) == name {
			at := place{value(p.Id), value(p.Arn)}
			s.known.Store(name, at)
			return at, nil
		}
	}
	return place{}, fmt.Errorf("prompt %s: %w", name, templates.ErrNotFound)
}

// ourName returns our name of a prompt, "" for one that we did not make.
func ourName(p types.PromptSummary) string {
	if name := value(p.Description); slug(name) == value(p.Name) {
		return name
	}
	return ""
}

// summaries lists the prompts, or the versions of one.
func (s *Store) summaries(ctx context.Context, id string) iter.Seq2[types.PromptSummary, error] {
	return func(yield func(types.PromptSummary, error) bool) {
		in := &agent.ListPromptsInput{MaxResults: new(int32(100)), PromptIdentifier: optional(id)}
		for {
			page, err := s.client.ListPrompts(ctx, in)
			if err != nil {
				yield(types.PromptSummary{}, explain("list prompts", err))
				return
			}
			for _, p := range page.PromptSummaries {
				if !yield(p, nil) {
					return
				}
			}
			if in.NextToken = page.NextToken; value(in.NextToken) == "" {
				return
			}
		}
	}
}

// numbers lists the versions of a prompt, in order.
func (s *Store) numbers(ctx context.Context, at place) ([]int, error) {
	var out []int
	for p, err := range s.summaries(ctx, at.id) {
		if err != nil {
			return nil, err
		}
		if n, err := strconv.Atoi(value(p.Version)); err == nil {
			out = append(out, n) // and not DRAFT
		}
	}
	slices.Sort(out)
	return out, nil
}

// read reads one version.
func (s *Store) read(ctx context.Context, name string, at place, version string) ([]byte, templates.Version, error) {
	out, err := s.client.GetPrompt(ctx, &agent.GetPromptInput{PromptIdentifier: &at.id, PromptVersion: &version})
	if err != nil {
		return nil, templates.Version{}, explain("get "+name+"@"+version, err)
	}
	number, err := strconv.Atoi(value(out.Version))
	if err != nil {
		return nil, templates.Version{}, fmt.Errorf("bedrockstore: get %s: the version %s is no number", name, clip(value(out.Version)))
	}
	return packed.Decode(fromMetadata(out.Variants), name, number)
}

// explain turns the service's errors into ours.
func explain(doing string, err error) error {
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return fmt.Errorf("bedrockstore: %s: %w", doing, templates.ErrNotFound)
	}
	return fmt.Errorf("bedrockstore: %s: %w", doing, err)
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func clip(s string) string { return fmt.Sprintf("%.40q", s) }
