package s3store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/causeway-go/causeway/templates"
)

const yamlType, jsonType = "application/yaml", "application/json"

// Publish implements templates.Store. Two publishers of different bodies get
// two numbers; of the same body, one version.
func (s *Store) Publish(ctx context.Context, name string, body []byte, o *templates.PublishOptions) (templates.Version, error) {
	if o == nil {
		o = &templates.PublishOptions{}
	}
	if err := templates.CheckPublish(ctx, name, body, o); err != nil {
		return templates.Version{}, err
	}
	if err := s.probe(ctx); err != nil {
		return templates.Version{}, err
	}
	defer s.turn(name)()
	v := templates.Version{
		Name: name, SHA256: templates.SHA256(body), Size: len(body), Author: o.Author,
		Parent: o.Parent, Why: o.Why, Created: time.Now().UTC(),
	}
	n, err := s.latest(ctx, name)
	if err != nil {
		return templates.Version{}, err
	}
	if n > 0 {
		newest, err := s.describe(ctx, name, n)
		if err != nil {
			return templates.Version{}, err
		}
		if newest.SHA256 == v.SHA256 {
			newest.Existed = true
			return newest, nil
		}
		if v.Parent == "" {
			v.Parent = newest.SHA256
		}
	}
	return s.append(ctx, v, n+1, body)
}

// append writes v under the first free number from number on.
func (s *Store) append(ctx context.Context, v templates.Version, number int, body []byte) (templates.Version, error) {
	id := publishID()
	entry := templates.Entry{
		ID: templates.NewEntryID(), Action: templates.ActionPublish, Name: v.Name, From: number - 1, To: number,
		SHA256: v.SHA256, By: v.Author, Why: v.Why, At: v.Created,
	}
	if err := s.note(ctx, entry, templates.OutcomeIntent); err != nil {
		return templates.Version{}, err
	}
	for ; number <= templates.MaxVersion; number++ {
		v.Number, entry.To = number, number
		key := templates.VersionKey(v.Name, number)
		_, err := s.put(ctx, key, "", yamlType, body, metadata(v, id))
		if err != nil {
			taken, mine, readErr := s.readBack(ctx, v.Name, number, id)
			switch {
			case mine:
				err = nil // stored, and only the answer was lost
			case readErr == nil && taken.SHA256 == v.SHA256:
				taken.Existed = true
				entry.To = taken.Number
				return taken, s.close(ctx, entry, nil)
			case readErr == nil:
				v.Parent = taken.SHA256
				continue // another publisher was first
			}
		}
		if err == nil {
			s.newest.Store(v.Name, number)
		}
		return v, s.close(ctx, entry, err)
	}
	return v, s.close(ctx, entry, fmt.Errorf("publish %s: there are %d versions, and no more numbers", v.Name, templates.MaxVersion))
}

// readBack reads what is stored under a number after a write that did not
// succeed, and says whether it is what that write meant to store.
func (s *Store) readBack(ctx context.Context, name string, number int, id string) (v templates.Version, mine bool, err error) {
	o, err := s.head(ctx, templates.VersionKey(name, number))
	if err != nil {
		return v, false, err
	}
	v, err = version(name, number, o)
	return v, err == nil && o.meta[metaPublish] == id, err
}

// note writes a log entry.
func (s *Store) note(ctx context.Context, e templates.Entry, outcome templates.Outcome) error {
	e.Outcome = outcome
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	key := templates.LogKey(e.Name, e)
	if _, err = s.put(ctx, key, "", jsonType, data, nil); err == nil || errors.Is(err, errCondition) {
		return nil // ids are unique: what is there already is this entry, whose answer was lost
	}
	if _, headErr := s.head(ctx, key); headErr == nil {
		return nil
	}
	return err
}

// close writes how an action ended, and returns err. An entry that cannot be
// closed is no reason to call what was done undone: the intent stays, and
// versions and aliases tell the rest.
func (s *Store) close(ctx context.Context, e templates.Entry, err error) error {
	outcome := templates.OutcomeDone
	if err != nil {
		outcome = templates.OutcomeFailed
	}
	_ = s.note(context.WithoutCancel(ctx), e, outcome)
	return err
}

// probeKey is an object that means nothing: see probe.
const probeKey = "prompts/.conditional-writes"

// probe makes sure, once, that the server honours conditions on writes. One
// that silently ignores them would let publishers overwrite each other.
func (s *Store) probe(ctx context.Context) error {
	if s.probed.Load() {
		return nil
	}
	body := []byte("This object lets causeway check that the server honours If-None-Match and If-Match.\n")
	_, err := s.put(ctx, probeKey, "", "text/plain", body, nil)
	if err == nil {
		_, err = s.put(ctx, probeKey, "", "text/plain", body, nil)
	}
	if err == nil {
		return s.unconditional("If-None-Match")
	}
	if !errors.Is(err, errCondition) {
		return fmt.Errorf("s3store: cannot tell whether the server honours conditional writes, so nothing is published: %w", err)
	}
	_, err = s.put(ctx, probeKey, `"00000000000000000000000000000000"`, "text/plain", body, nil)
	if err == nil {
		return s.unconditional("If-Match")
	}
	if !errors.Is(err, errCondition) && !errors.Is(err, errAbsent) {
		return fmt.Errorf("s3store: cannot tell whether the server honours conditional writes, so nothing is published: %w", err)
	}
	s.probed.Store(true)
	return nil
}

func (s *Store) unconditional(header string) error {
	return fmt.Errorf("s3store: the server of bucket %s ignores %s: publishers would overwrite each other, so nothing is published; use S3, or a server with conditional writes", s.bucket, header)
}
