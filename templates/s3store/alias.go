package s3store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path"

	"github.com/causeway-go/causeway/templates"
)

// tableCopy is a prompt's aliases as last read, and under which etag.
type tableCopy struct {
	etag string
	body []byte
}

// read returns the aliases as they are now: one conditional GET.
func (s *Store) read(ctx context.Context, name string) (*templates.AliasTable, string, error) {
	known, _ := s.tables.Load(name)
	c, _ := known.(tableCopy)
	o, err := s.get(ctx, templates.AliasesKey(name), c.etag)
	switch {
	case errors.Is(err, errUnchanged):
	case errors.Is(err, errAbsent):
		s.tables.Delete(name)
		return &templates.AliasTable{}, "", nil
	case err != nil:
		return nil, "", err
	default:
		c = tableCopy{etag: o.etag, body: o.body}
		s.tables.Store(name, c)
	}
	table, err := templates.ParseAliasTable(c.body)
	if err != nil {
		return nil, "", fmt.Errorf("prompt %s: %w", name, err)
	}
	return table, c.etag, nil
}

func (s *Store) table(ctx context.Context, name string) (*templates.AliasTable, error) {
	table, _, err := s.read(ctx, name)
	return table, err
}

// Aliases implements templates.Store.
func (s *Store) Aliases(ctx context.Context, name string) ([]templates.Alias, error) {
	if err := templates.CheckName(name); err != nil {
		return nil, err
	}
	table, etag, err := s.read(ctx, name)
	if err != nil {
		return nil, err
	}
	if etag == "" { // no aliases: is there a prompt?
		n, err := s.latest(ctx, name)
		if err == nil && n == 0 {
			err = fmt.Errorf("prompt %s: %w", name, templates.ErrNotFound)
		}
		return nil, err
	}
	return table.List(), nil
}

// SetAlias implements templates.Store. Concurrent changes follow one another
// and none is lost.
func (s *Store) SetAlias(ctx context.Context, name, alias string, number int, o *templates.AliasOptions) (templates.Alias, error) {
	if err := errors.Join(templates.CheckName(name), templates.CheckAlias(alias)); err != nil {
		return templates.Alias{}, err
	}
	if err := s.probe(ctx); err != nil {
		return templates.Alias{}, err
	}
	var v templates.Version
	var err error
	if number != 0 {
		v, err = s.describe(ctx, name, number)
	} else if n, e := s.latest(ctx, name); e != nil || n == 0 {
		err = errors.Join(e, fmt.Errorf("prompt %s: %w", name, templates.ErrNotFound))
	}
	if err != nil {
		return templates.Alias{}, err
	}
	defer s.turn(name)()
	return s.replace(ctx, name, alias, v, o)
}

// replace changes the table until the change is in, or not allowed.
func (s *Store) replace(ctx context.Context, name, alias string, v templates.Version, o *templates.AliasOptions) (templates.Alias, error) {
	id := templates.NewEntryID()
	var entry templates.Entry
	var noted bool
	finish := func(a templates.Alias, err error) (templates.Alias, error) {
		if noted {
			err = s.close(ctx, entry, err)
		}
		return a, err
	}
	for attempt := range maxAttempts {
		table, etag, err := s.read(ctx, name)
		if err != nil {
			return finish(templates.Alias{}, err)
		}
		if a, mine := table.Applied(id); mine {
			return finish(a, nil) // stored, and only the answer was lost
		}
		a, e, err := table.Set(name, alias, v, o)
		if err != nil {
			return finish(templates.Alias{}, err)
		}
		entry = e
		entry.ID = id
		table.Note(id, a)
		if !noted {
			if err := s.note(ctx, entry, templates.OutcomeIntent); err != nil {
				return templates.Alias{}, err
			}
			noted = true
		}
		newETag, err := s.put(ctx, templates.AliasesKey(name), etag, jsonType, table.Encode(), nil)
		if err == nil {
			s.tables.Store(name, tableCopy{etag: newETag, body: table.Encode()})
			return finish(a, nil)
		}
		if !errors.Is(err, errCondition) && !errors.Is(err, errAbsent) {
			// No answer, or a server error: the change may be in all the same.
			if table, _, readErr := s.read(ctx, name); readErr == nil {
				if a, mine := table.Applied(id); mine {
					return finish(a, nil)
				}
			}
			return finish(templates.Alias{}, err)
		}
		if err := pause(ctx, attempt); err != nil {
			return finish(templates.Alias{}, err)
		}
	}
	return finish(templates.Alias{}, fmt.Errorf("set alias %s of %s: %d others were first: %w", alias, name, maxAttempts, templates.ErrConflict))
}

// Log implements templates.Store.
func (s *Store) Log(ctx context.Context, name string) iter.Seq2[templates.Entry, error] {
	return func(yield func(templates.Entry, error) bool) {
		dir := path.Dir(templates.LogKey(name, templates.Entry{})) + "/"
		var files []string
		for key, err := range s.keys(ctx, dir, nil) {
			if err != nil {
				yield(templates.Entry{}, err)
				return
			}
			files = append(files, path.Base(key))
		}
		for _, file := range templates.LogFiles(files) {
			var e templates.Entry
			o, err := s.get(ctx, dir+file, "")
			if err == nil {
				err = json.Unmarshal(o.body, &e)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}
