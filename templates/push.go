package templates

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// PushOptions are the settings of [Push]. Nil and zero fields mean the defaults.
type PushOptions struct {
	PublishOptions
	DryRun bool     // say what would be published, and publish nothing
	Only   []string // the names of the prompts to publish; all by default
}

// Pushed is what became of one file of a folder.
type Pushed struct {
	File   string  `json:"file"`
	Name   string  `json:"name"`
	Status Status  `json:"status"`
	After  Version `json:"after"`           // what is newest now; after a dry run, what would be
	Before Version `json:"before,omitzero"` // what was newest before; zero if there was nothing
}

// Status is what pushing a file did, or would do.
type Status string

// The statuses.
const (
	StatusNew       Status = "new"       // the prompt was not in the store
	StatusChanged   Status = "changed"   // it has a new version
	StatusUnchanged Status = "unchanged" // the newest version has these bytes already
)

// Push publishes every prompt file of a folder whose bytes are not the newest
// version's already, and tells what became of each. If one of them has a
// mistake or a golden test that fails, none is published; the error then joins
// one for each. After any other error the result tells how far it went;
// pushing again goes on from there.
func Push(ctx context.Context, store Store, fsys fs.FS, o *PushOptions) ([]Pushed, error) {
	if o == nil {
		o = &PushOptions{}
	}
	files, err := ReadFolder(ctx, fsys, store)
	if err != nil {
		return nil, err
	}
	if files, err = publishable(files, o.Only); err != nil {
		return nil, err
	}
	var out []Pushed
	for _, f := range files {
		p, err := push(ctx, store, f, o)
		if err != nil {
			return out, fmt.Errorf("push %s: %w", f.Path, err)
		}
		out = append(out, p)
	}
	return out, nil
}

// publishable returns the files to publish, if all of them may be.
func publishable(files []File, only []string) ([]File, error) {
	var errs []error
	var out []File
	missing := slices.Clone(only)
	for _, f := range files {
		name := strings.TrimSuffix(f.Path, path.Ext(f.Path))
		if len(only) > 0 && !slices.Contains(only, name) {
			continue
		}
		if f.Err != nil {
			errs = append(errs, f.Err)
			missing = slices.DeleteFunc(missing, func(m string) bool { return m == name })
			continue
		}
		missing = slices.DeleteFunc(missing, func(m string) bool { return m == name })
		for _, r := range f.Template.Test() {
			if !r.OK() {
				errs = append(errs, fmt.Errorf("%s:%d:1: the test %q fails; lint shows how", f.Path, r.Line, r.Name))
			}
		}
		out = append(out, f)
	}
	for _, name := range missing {
		errs = append(errs, notFound("a file for the prompt "+name))
	}
	return out, errors.Join(errs...)
}

func push(ctx context.Context, store Store, f File, o *PushOptions) (Pushed, error) {
	name := f.Template.name
	p := Pushed{File: f.Path, Name: name, Status: StatusNew}
	before, err := Stat(ctx, store, Ref{Name: name})
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return p, err
	default:
		p.Before, p.Status = before, StatusChanged
	}
	if sum := SHA256(f.Body); o.DryRun || p.Before.SHA256 == sum {
		p.After = Version{Name: name, Number: p.Before.Number + 1, SHA256: sum, Size: len(f.Body)}
		if p.Before.SHA256 == sum {
			p.Status, p.After = StatusUnchanged, p.Before
		}
		return p, nil
	}
	if p.After, err = store.Publish(ctx, name, f.Body, &o.PublishOptions); err != nil {
		return p, err
	}
	if p.After.Existed { // somebody else published the same meanwhile
		p.Status = StatusUnchanged
	}
	return p, nil
}
