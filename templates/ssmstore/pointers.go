package ssmstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/causeway-go/causeway/templates"
)

// Pointers is a Store whose versions are another store's, usually S3's, and
// whose aliases are parameters: what runs in production is then moved, and
// guarded by IAM, where a team keeps its other settings. Aliases of the other
// store are not looked at. It is safe for concurrent use.
//
// The alias of a prompt is one parameter, <prefix>/<name>/<alias>; who moved
// it and why is in its value, and its earlier values in the parameter's
// history. Parameter Store has no conditional write: of two who move an alias
// at once the later wins, and Generation, Protect and Unprotect are
// errors.ErrUnsupported.
type Pointers struct {
	templates.Store
	client  Client
	options Options
}

var _ templates.Stater = (*Pointers)(nil)

// NewPointers returns a store over the versions of another. The prefix is
// /causeway/aliases by default; Advanced and KMSKeyID mean nothing here and
// are refused.
func NewPointers(client Client, versions templates.Store, o *Options) (*Pointers, error) {
	if client == nil || versions == nil {
		return nil, errors.New("ssmstore: pointers need a client and a store of versions")
	}
	p := &Pointers{Store: versions, client: client}
	if o != nil {
		p.options = *o
	}
	if p.options.Advanced || p.options.KMSKeyID != "" {
		return nil, errors.New("ssmstore: an alias is small and no secret: Advanced and KMSKeyID are for prompts")
	}
	if p.options.Prefix == "" {
		p.options.Prefix = "/causeway/aliases"
	}
	p.options.Prefix = "/" + strings.Trim(p.options.Prefix, "/") + "/"
	return p, nil
}

func (p *Pointers) parameter(name, alias string) string { return p.options.Prefix + name + "/" + alias }

// pin replaces an alias by the version it points at.
func (p *Pointers) pin(ctx context.Context, ref templates.Ref) (templates.Ref, error) {
	if ref.Alias == "" {
		return ref, nil
	}
	if err := errors.Join(templates.CheckName(ref.Name), templates.CheckAlias(ref.Alias)); err != nil {
		return ref, err
	}
	out, err := p.client.GetParameter(ctx, &ssm.GetParameterInput{Name: new(p.parameter(ref.Name, ref.Alias))})
	if err != nil {
		return ref, explain("alias "+ref.String(), err)
	}
	a, err := readAlias(ref.Alias, *out.Parameter)
	if err == nil && a.Version == 0 {
		err = fmt.Errorf("alias %s: %w", ref, templates.ErrNotFound)
	}
	return templates.Ref{Name: ref.Name, Version: a.Version, SHA256: a.SHA256}, err
}

// Get implements templates.Store.
func (p *Pointers) Get(ctx context.Context, ref templates.Ref) ([]byte, templates.Version, error) {
	exact, err := p.pin(ctx, ref)
	if err != nil {
		return nil, templates.Version{}, err
	}
	return p.Store.Get(ctx, exact)
}

// Stat implements templates.Stater. For an alias it is one request.
func (p *Pointers) Stat(ctx context.Context, ref templates.Ref) (templates.Version, error) {
	exact, err := p.pin(ctx, ref)
	if err != nil {
		return templates.Version{}, err
	}
	if ref.Alias != "" {
		return templates.Version{Name: ref.Name, Number: exact.Version, SHA256: exact.SHA256}, nil
	}
	return templates.Stat(ctx, p.Store, exact)
}

// Aliases implements templates.Store.
func (p *Pointers) Aliases(ctx context.Context, name string) ([]templates.Alias, error) {
	if _, err := templates.Stat(ctx, p.Store, templates.Ref{Name: name}); err != nil {
		return nil, err
	}
	in := &ssm.GetParametersByPathInput{Path: new(p.options.Prefix + name), MaxResults: new(int32(10))}
	var out []templates.Alias
	for {
		page, err := p.client.GetParametersByPath(ctx, in)
		if err != nil {
			return nil, explain("aliases of "+name, err)
		}
		for _, parameter := range page.Parameters {
			alias, _ := strings.CutPrefix(value(parameter.Name), p.options.Prefix+name+"/")
			if templates.CheckAlias(alias) != nil {
				continue // of a prompt below this one
			}
			a, err := readAlias(alias, parameter)
			if err != nil {
				return nil, err
			}
			if a.Version != 0 {
				out = append(out, a)
			}
		}
		if in.NextToken = page.NextToken; value(in.NextToken) == "" {
			slices.SortFunc(out, func(a, b templates.Alias) int { return strings.Compare(a.Name, b.Name) })
			return out, nil
		}
	}
}

// readAlias reads a parameter that SetAlias wrote. The version of a removed
// alias is 0.
func readAlias(alias string, parameter types.Parameter) (templates.Alias, error) {
	var a templates.Alias
	if err := json.Unmarshal([]byte(value(parameter.Value)), &a); err != nil || a.Name != alias {
		return a, fmt.Errorf("ssmstore: the parameter %s is no alias of ours: %w", value(parameter.Name), templates.ErrIntegrity)
	}
	return a, nil
}

// SetAlias implements templates.Store.
func (p *Pointers) SetAlias(ctx context.Context, name, alias string, version int, o *templates.AliasOptions) (templates.Alias, error) {
	if o == nil {
		o = &templates.AliasOptions{}
	}
	if o.Generation != 0 || o.Protect || o.Unprotect {
		return templates.Alias{}, fmt.Errorf("ssmstore: parameters have no conditional write; guard them by IAM: %w", errors.ErrUnsupported)
	}
	if err := templates.CheckAlias(alias); err != nil {
		return templates.Alias{}, err
	}
	aliases, err := p.Aliases(ctx, name)
	if err != nil {
		return templates.Alias{}, err
	}
	a := templates.Alias{Name: alias, Version: version, By: o.By, Why: o.Why, At: time.Now().UTC()}
	exists := false
	for _, before := range aliases {
		if before.Name == alias {
			exists, a.Previous = true, before.Version
			if before.Version == version {
				a.Previous = before.Previous
			}
		}
	}
	if version == 0 && !exists {
		return templates.Alias{}, fmt.Errorf("alias %s@%s: %w", name, alias, templates.ErrNotFound)
	}
	if version != 0 {
		v, err := templates.Stat(ctx, p.Store, templates.Ref{Name: name, Version: version})
		if err != nil {
			return templates.Alias{}, err
		}
		a.SHA256 = v.SHA256
	}
	return a, p.write(ctx, name, a)
}

func (p *Pointers) write(ctx context.Context, name string, a templates.Alias) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	_, err = p.client.PutParameter(ctx, &ssm.PutParameterInput{
		Name: new(p.parameter(name, a.Name)), Value: new(string(text)), Overwrite: new(true),
		Type: types.ParameterTypeString, Tier: types.ParameterTierStandard, Description: new("An alias of a causeway prompt"),
	})
	if err != nil {
		return explain("set alias "+a.Name+" of "+name, err)
	}
	return nil
}
