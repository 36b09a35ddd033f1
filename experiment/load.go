package experiment

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/templates"
)

// LoadOptions tune Load. The zero value is what the fields say.
type LoadOptions struct {
	// Store is where the prompts are, for variants that pin one. Nil refuses
	// such variants.
	Store templates.Store
	// Library tunes the libraries made over Store.
	Library *templates.LibraryOptions
	// SafeTools names the tools that the shadows of mode Shadow really run; the
	// others refuse. See ShadowTools.
	SafeTools []string
}

// Load reads a chain file once for each variant and returns the chains that
// [NewRunner] takes. In a variant's chain, its prompt stands for every version
// and alias of that prompt, its model for every model the file or a prompt
// names, and its chain, a file beside name, for the whole file.
func (e *Experiment) Load(ctx context.Context, fsys fs.FS, name string, r *chain.Registry, o *LoadOptions) (map[string]*chain.Chain, error) {
	if o == nil {
		o = &LoadOptions{}
	}
	chains := map[string]*chain.Chain{}
	for i, v := range e.Variants {
		own := chain.Registry{}
		if r != nil {
			own = *r
		}
		var err error
		if err := v.apply(&own, o); err != nil {
			return nil, fmt.Errorf("experiment %s, variant %s: %w", e.Key, v.Key, err)
		}
		if e.Mode == Shadow && i > 0 {
			if own.Tools, err = ShadowTools(own.Tools, o.SafeTools...); err != nil {
				return nil, fmt.Errorf("experiment %s, variant %s: %w", e.Key, v.Key, err)
			}
		}
		file := name
		if v.Chain != "" {
			file = v.file(name)
		}
		if chains[v.Key], err = chain.Load(ctx, fsys, file, &own); err != nil {
			return nil, fmt.Errorf("experiment %s, variant %s: %w", e.Key, v.Key, err)
		}
	}
	return chains, nil
}

// apply puts what the variant changes into its registry.
func (v Variant) apply(r *chain.Registry, o *LoadOptions) error {
	if v.Model != "" && r.Model != nil {
		find := r.Model
		r.Model = func(string) (llms.Model, error) { return find(v.Model) }
	}
	if v.Prompt == "" {
		return nil
	}
	if o.Store == nil {
		return fmt.Errorf("it pins %s, and there is no store of prompts", v.Prompt)
	}
	ref, err := templates.ParseRef(v.Prompt)
	if err != nil {
		return err
	}
	r.Templates, err = templates.NewLibrary(Pin(o.Store, ref), o.Library)
	return err
}

// file is the variant's chain beside name: "support-v2" or "support-v2.yaml".
func (v Variant) file(name string) string {
	file := v.Chain
	if !strings.HasSuffix(file, ".yaml") && !strings.HasSuffix(file, ".yml") {
		file += ".yaml"
	}
	if slash := strings.LastIndexByte(name, '/'); slash >= 0 {
		file = name[:slash+1] + file
	}
	return file
}

// Pin returns a store in which every reference to the prompt of ref is ref
// itself, whatever version or alias it asks for. Other prompts are the store's.
// It is how a variant's version takes the place of the one in production.
func Pin(store templates.Store, ref templates.Ref) templates.Store {
	return pinned{store, ref}
}

type pinned struct {
	templates.Store
	ref templates.Ref
}

// Get implements templates.Store.
func (p pinned) Get(ctx context.Context, ref templates.Ref) ([]byte, templates.Version, error) {
	if ref.Name == p.ref.Name {
		ref = p.ref
	}
	return p.Store.Get(ctx, ref)
}
