package templates

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
)

// Names implements [Store]. A plain file counts if it names our schema.
func (s *FSStore) Names(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		found := map[string]bool{}
		err := fs.WalkDir(s.fsys, ".", func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case ctx.Err() != nil:
				return ctx.Err()
			case d.IsDir():
				return nil
			}
			if name := s.nameOf(file); strings.HasPrefix(name, prefix) {
				found[name] = true
			}
			return nil
		})
		delete(found, "")
		if err != nil {
			yield("", err)
			return
		}
		for _, name := range slices.Sorted(maps.Keys(found)) {
			if !yield(name, nil) {
				return
			}
		}
	}
}

// nameOf returns the prompt that a file belongs to, "" if none.
func (s *FSStore) nameOf(file string) string {
	if rest, ok := strings.CutPrefix(file, "prompts/"); ok && ParseVersionKey(file) > 0 {
		if name, ok := strings.CutSuffix(path.Dir(rest), "/versions"); ok {
			return name
		}
	}
	name, ok := strings.CutSuffix(file, ".yaml")
	if !ok || CheckName(name) != nil {
		return ""
	}
	data, err := s.read(file)
	if err != nil || !bytes.Contains(data, []byte(SchemaID)) {
		return ""
	}
	return name
}

// Log implements [Store].
func (s *FSStore) Log(ctx context.Context, name string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		dir := path.Dir(LogKey(name, Entry{}))
		files, err := fs.ReadDir(s.fsys, dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			yield(Entry{}, err)
			return
		}
		names := make([]string, len(files))
		for i, f := range files {
			names[i] = f.Name()
		}
		for _, file := range LogFiles(names) {
			var e Entry
			data, err := s.read(path.Join(dir, file))
			if err == nil {
				err = json.Unmarshal(data, &e)
			}
			if err == nil {
				err = ctx.Err()
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// LogFiles picks, of the files of a log, those to read: for each entry how it
// ended, or its intent if nobody said; newest first.
func LogFiles(files []string) []string {
	last := map[string]string{}
	for _, file := range files {
		base, ok := strings.CutSuffix(path.Base(file), ".json")
		id, outcome, cut := strings.Cut(base, ".")
		if !ok || !cut {
			continue
		}
		if _, known := last[id]; !known || Outcome(outcome) != OutcomeIntent {
			last[id] = file
		}
	}
	ids := make([]string, 0, len(last))
	for id := range last {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	out := make([]string, 0, len(ids))
	for _, id := range slices.Backward(ids) {
		out = append(out, last[id])
	}
	return out
}
