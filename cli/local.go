package cli

import (
	"context"
	"fmt"
	"os"
	"regexp"

	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/templates"
)

// localPrompts are prompts in files of this machine, by name. The zero value
// holds none.
type localPrompts struct {
	bodies map[string][]byte
	files  map[string]string
	broken map[string]error // why the file of that name cannot be used
}

// add checks a prompt file and remembers it by its name.
func (l *localPrompts) add(ctx context.Context, path string) (*templates.Template, error) {
	dir, within := folderOfPrompt(path)
	body, err := templates.Bundle(ctx, os.DirFS(dir), within, nil)
	if err != nil {
		return nil, err
	}
	t, err := templates.ParseFile(path, body)
	if err != nil {
		l.setBroken(path, body, err)
		return nil, err
	}
	if first := l.files[t.Name()]; first != "" {
		return nil, fmt.Errorf("prompt %s is in %s too", t.Name(), first)
	}
	if l.bodies == nil {
		l.bodies, l.files = map[string][]byte{}, map[string]string{}
	}
	l.bodies[t.Name()], l.files[t.Name()] = body, path
	return t, nil
}

var nameLine = regexp.MustCompile(`(?m)^name:\s*["']?([^"'\s#]+)`)

// setBroken remembers which prompt a faulty file was to be, so that a chain
// that names it is not told that there is none.
func (l *localPrompts) setBroken(path string, body []byte, err error) {
	m := nameLine.FindSubmatch(body)
	if m == nil {
		return
	}
	if l.broken == nil {
		l.broken = map[string]error{}
	}
	faults := faultsOf(err, "", path)
	l.broken[string(m[1])] = fmt.Errorf("its file has %s: %s", screen.Count(len(faults), "fault"), faults[0])
}

// opener opens a store when it is first needed. It may return none.
type opener func(context.Context) (templates.Store, error)

// over returns a store that serves l's prompts under whatever alias they are
// asked for, and everything else from below.
func (l *localPrompts) over(ctx context.Context, below opener) (templates.Store, error) {
	files := templates.NewInProcess()
	for name, body := range l.bodies {
		if _, err := files.Publish(ctx, name, body, nil); err != nil {
			return nil, err
		}
	}
	return &workingCopy{Store: files, local: l, below: below}, nil
}

// workingCopy is a store of files that nobody has published yet.
type workingCopy struct {
	templates.Store // the files, each as version 1
	local           *localPrompts
	below           opener
}

// Get returns the file of the prompt, unless ref wants a certain version.
func (w *workingCopy) Get(ctx context.Context, ref templates.Ref) ([]byte, templates.Version, error) {
	store, ref, err := w.from(ctx, ref)
	if err != nil {
		return nil, templates.Version{}, err
	}
	return store.Get(ctx, ref)
}

// Stat says which version Get would return.
func (w *workingCopy) Stat(ctx context.Context, ref templates.Ref) (templates.Version, error) {
	store, ref, err := w.from(ctx, ref)
	if err != nil {
		return templates.Version{}, err
	}
	return templates.Stat(ctx, store, ref)
}

func (w *workingCopy) from(ctx context.Context, ref templates.Ref) (templates.Store, templates.Ref, error) {
	_, here := w.local.bodies[ref.Name]
	broken := w.local.broken[ref.Name]
	switch {
	case broken != nil && !ref.Pinned():
		return nil, ref, broken
	case here && !ref.Pinned():
		return w.Store, templates.Ref{Name: ref.Name}, nil
	}
	below, err := w.below(ctx)
	switch {
	case err != nil:
		return nil, ref, err
	case below != nil:
		return below, ref, nil
	case here:
		return nil, ref, fmt.Errorf("%s: %s is a file here, without versions: %w", ref, w.local.files[ref.Name], templates.ErrNotFound)
	}
	return nil, ref, fmt.Errorf("%s: no file here holds a prompt of that name: %w", ref, templates.ErrNotFound)
}
