package cli

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/dynamomemory"
	"github.com/causeway-go/causeway/memory/s3memory"
	"github.com/causeway-go/causeway/memory/sqlitememory"
	"github.com/causeway-go/causeway/templates"
)

// library opens the prompts that chains name; nil when there are none.
func (w *workspace) library(ctx context.Context) (*templates.Library, error) {
	if l := w.prompts; l.Dir != "" {
		if _, err := os.Stat(l.Dir); err != nil {
			return nil, usageError{"the folder of prompts " + plainPathError(err)}
		}
	}
	open := sync.OnceValues(func() (templates.Store, error) { return w.openPrompts(ctx) })
	if w.local != nil {
		store, err := w.local.over(ctx, func(context.Context) (templates.Store, error) { return open() })
		if err != nil {
			return nil, err
		}
		return templates.NewLibrary(store, nil)
	}
	store, err := open()
	if err != nil || store == nil {
		return nil, err
	}
	return templates.NewLibrary(store, nil)
}

// openPrompts opens the prompts to read; nil when there are none. Of a folder
// nothing is kept open, since serve reads it again and again.
func (w *workspace) openPrompts(ctx context.Context) (templates.Store, error) {
	if dir := w.prompts.Dir; dir != "" {
		return withFiles(ctx, templates.FromFS(os.DirFS(dir)), dir)
	}
	return w.promptStore(ctx, w.prompts)
}

// withFiles adds to the store in dir the prompt files below dir that are not
// named after their prompt, which the store itself does not find. A file with
// faults troubles only those who ask for it.
func withFiles(ctx context.Context, store templates.Store, dir string) (templates.Store, error) {
	files, err := sourcesBelow(dir)
	if err != nil {
		return nil, err
	}
	local := &localPrompts{}
	for _, f := range files {
		if f.kind == kindPrompt {
			_, _ = local.add(ctx, f.path) // remembers what is wrong
		}
	}
	for name, err := range store.Names(ctx, "") {
		if err != nil {
			return nil, err
		}
		delete(local.bodies, name)
		delete(local.broken, name)
	}
	return local.over(ctx, func(context.Context) (templates.Store, error) { return store, nil })
}

// promptStore opens the store at l; nil when l is nowhere. A folder that is
// there may hold a store's versions, or plain prompt files.
func (w *workspace) promptStore(ctx context.Context, l project.Location) (templates.Store, error) {
	switch {
	case l.IsZero():
		return nil, nil
	case l.InAWS():
		return w.awsStore(ctx, l)
	}
	store, err := templates.NewFileStore(l.Dir)
	if err != nil {
		return nil, err
	}
	w.close = append(w.close, store.Close)
	return store, nil
}

// memoryStore opens one store of conversations. Those in AWS are kept in this
// process when nothing may leave the machine.
func (w *workspace) memoryStore(ctx context.Context, m project.Memory) (memory.Store, error) {
	switch {
	case m.InProcess || m.InAWS() && w.emulator != nil:
		return memory.NewInProcess(), nil
	case m.Folder != "":
		return memory.NewFileStore(m.Folder)
	case m.SQLite != "":
		if err := os.MkdirAll(filepath.Dir(m.SQLite), 0o700); err != nil {
			return nil, err
		}
		store, err := sqlitememory.New(m.SQLite, nil)
		if err != nil {
			return nil, err
		}
		w.close = append(w.close, store.Close)
		return store, nil
	}
	cfg, err := w.account.ready(ctx, w.project.Region, memoryAccess)
	if err != nil {
		w.models.setup = err
		return nil, err
	}
	if m.DynamoDB != "" {
		return dynamomemory.New(dynamodb.NewFromConfig(cfg), m.DynamoDB, nil)
	}
	return s3memory.New(s3.NewFromConfig(cfg), m.S3.Bucket, &s3memory.Options{Prefix: m.S3.Prefix})
}
