package templates

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// AliasTable is all aliases of one prompt: what the stores that keep files
// write as aliases.json. The zero value is empty. It is plain data for who
// writes a Store: not safe for concurrent use.
type AliasTable struct {
	Schema     int              `json:"schema"` // 1
	Generation int              `json:"generation"`
	Aliases    map[string]Alias `json:"aliases"`
	Protected  []string         `json:"protected,omitempty"` // sorted; may name aliases that do not exist
	Recent     []Change         `json:"recent,omitempty"`    // the last changes, oldest first
}

// Change is one change of an AliasTable: by its id a writer that never got an
// answer recognises, when it reads the table again, that its change is in.
type Change struct {
	ID    string `json:"id"`
	Alias Alias  `json:"change"`
}

// maxRecent is how many changes a table remembers.
const maxRecent = 64

// Note remembers the change with this id.
func (t *AliasTable) Note(id string, a Alias) {
	t.Recent = append(t.Recent, Change{id, a})
	if more := len(t.Recent) - maxRecent; more > 0 {
		t.Recent = slices.Delete(t.Recent, 0, more)
	}
}

// Applied returns what the change with this id came to, if the table
// remembers it.
func (t *AliasTable) Applied(id string) (Alias, bool) {
	i := slices.IndexFunc(t.Recent, func(c Change) bool { return c.ID == id })
	if i < 0 {
		return Alias{}, false
	}
	return t.Recent[i].Alias, true
}

// ParseAliasTable reads what Encode wrote.
func ParseAliasTable(data []byte) (*AliasTable, error) {
	t := &AliasTable{}
	if err := json.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("aliases.json: %w: %w", ErrIntegrity, err)
	}
	if t.Schema != 1 {
		return nil, fmt.Errorf("aliases.json: %w: schema %d is not 1; is it from a newer version?", ErrIntegrity, t.Schema)
	}
	return t, nil
}

// Encode returns the table as JSON for people and machines.
func (t *AliasTable) Encode() []byte {
	t.Schema = 1
	data, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		panic(err) // strings, numbers and times always encode
	}
	return append(data, '\n')
}

// Get returns an alias that points somewhere.
func (t *AliasTable) Get(alias string) (Alias, bool) {
	a, ok := t.Aliases[alias]
	return t.filled(alias, a), ok && a.Version != 0
}

// List returns the aliases that point somewhere, by name.
func (t *AliasTable) List() []Alias {
	var out []Alias
	for _, name := range slices.Sorted(maps.Keys(t.Aliases)) {
		if a, ok := t.Get(name); ok {
			out = append(out, a)
		}
	}
	return out
}

func (t *AliasTable) filled(name string, a Alias) Alias {
	a.Name, a.Protected = name, slices.Contains(t.Protected, name)
	return a
}

// Set points an alias of the prompt at v, or removes it when v is zero, and
// returns it with the entry for the log. A change that is not allowed leaves
// the table as it was: ErrProtected, ErrConflict, ErrNotFound.
func (t *AliasTable) Set(prompt, alias string, v Version, o *AliasOptions) (Alias, Entry, error) {
	if o == nil {
		o = &AliasOptions{}
	}
	if err := CheckAlias(alias); err != nil {
		return Alias{}, Entry{}, err
	}
	ref := Ref{Name: prompt, Alias: alias}.String()
	before, exists := t.Get(alias)
	switch {
	case before.Protected && !o.Confirm:
		return Alias{}, Entry{}, fmt.Errorf("%s: %w; confirm to move it all the same", ref, ErrProtected)
	case o.Generation != 0 && o.Generation != before.Generation:
		return Alias{}, Entry{}, fmt.Errorf("%s is at generation %d, not %d: %w", ref, before.Generation, o.Generation, ErrConflict)
	case v.Number == 0 && !exists:
		return Alias{}, Entry{}, notFound("alias " + ref)
	}
	t.Generation++
	a := Alias{
		Version: v.Number, SHA256: v.SHA256, Previous: before.Version, Generation: t.Generation,
		By: o.By, Why: o.Why, At: time.Now().UTC(),
	}
	if v.Number == before.Version { // moved to where it is: rollback still means the one before
		a.Previous = before.Previous
	}
	if t.Aliases == nil {
		t.Aliases = map[string]Alias{}
	}
	t.Aliases[alias] = a
	t.protect(alias, o)
	e := Entry{
		Action: o.action(v.Number), Name: prompt, Alias: alias, From: before.Version, To: v.Number,
		SHA256: v.SHA256, By: o.By, Why: o.Why, At: a.At,
	}
	return t.filled(alias, a), e, nil
}

func (t *AliasTable) protect(alias string, o *AliasOptions) {
	i, found := slices.BinarySearch(t.Protected, alias)
	if o.Protect && !found {
		t.Protected = slices.Insert(t.Protected, i, alias)
	}
	if o.Unprotect && found {
		t.Protected = slices.Delete(t.Protected, i, i+1)
	}
}

// CheckPublish is what every Store asks of a body before it keeps it: it is a
// right prompt file, and its name is the one it is published under.
func CheckPublish(ctx context.Context, name string, body []byte, o *PublishOptions) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(o.Author) > MaxAuthor || len(o.Why) > MaxWhy {
		return fmt.Errorf("publish %s: the author has at most %d bytes and the reason %d", name, MaxAuthor, MaxWhy)
	}
	if o.Parent != "" && (!isHex(o.Parent) || len(o.Parent) != 64) {
		return fmt.Errorf("publish %s: the parent is a whole sha256 in hex", name)
	}
	if err := CheckName(name); err != nil {
		return err
	}
	t, err := Parse(body)
	if err != nil {
		return fmt.Errorf("publish %s: %w", name, err)
	}
	if t.name != name {
		return fmt.Errorf("publish %s: the file's own name is %s; they must be the same", name, t.name)
	}
	return nil
}

// CheckSHA256 reports ErrIntegrity when ref names a checksum and got is none
// that begins so.
func CheckSHA256(ref Ref, got string) error {
	if strings.HasPrefix(got, ref.SHA256) {
		return nil
	}
	return fmt.Errorf("prompt %s: sha256 is %s, want %s: %w", ref.Name, got, ref.SHA256, ErrIntegrity)
}
