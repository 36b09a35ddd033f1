package templates

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"gopkg.in/yaml.v3"
)

// Bundle reads a prompt file and writes into it the partials that it takes
// from other files of fsys ({file: ../tone.md}, beside the file) or from other
// prompts of store ({ref: shared/tone@3}: that prompt's system text). What
// comes out stands alone, and its sha256 covers every word of it. A file
// without such partials comes back as it is. store may be nil.
func Bundle(ctx context.Context, fsys fs.FS, file string, store Store) ([]byte, error) {
	data, err := readFile(fsys, file)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(data, []byte("partials")) {
		return data, nil
	}
	root, faults := document(data)
	if faults != nil {
		return nil, &FileError{File: file, Faults: faults}
	}
	b := &bundler{ctx: ctx, fsys: fsys, dir: path.Dir(file), store: store}
	found := child(root, "partials")
	if found == nil || found.Kind != yaml.MappingNode {
		return data, nil
	}
	for i := 0; i+1 < len(found.Content); i += 2 {
		b.write(found.Content[i+1], fieldName(found.Content[i].Value))
	}
	if b.faults != nil {
		return nil, &FileError{File: file, Faults: b.faults}
	}
	if !b.changed {
		return data, nil
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(root), enc.Close()); err != nil {
		return nil, fmt.Errorf("bundle %s: %w", file, err)
	}
	return out.Bytes(), nil
}

type bundler struct {
	ctx     context.Context
	fsys    fs.FS
	dir     string
	store   Store
	faults  []Fault
	changed bool
}

// write puts text in the place of a mapping that says where the text is.
func (b *bundler) write(n *yaml.Node, name string) {
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return // text, or a mistake that Parse tells
	}
	var text, from string
	var err error
	switch value := n.Content[1].Value; n.Content[0].Value {
	case "file":
		from = path.Join(b.dir, value)
		text, err = b.file(value, from)
	case "ref":
		text, from, err = b.ref(value)
	default:
		return
	}
	if err != nil {
		b.faults = append(b.faults, Fault{Line: n.Line, Column: n.Column, Path: "partials." + name, Message: err.Error()})
		return
	}
	b.changed = true
	*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, LineComment: "from " + from}
	if strings.Contains(text, "\n") {
		n.Style, n.HeadComment, n.LineComment = yaml.LiteralStyle, "", ""
	}
}

func (b *bundler) file(written, name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", fmt.Errorf("the file %q is outside the folder", clip(written))
	}
	data, err := readFile(b.fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no file %s", name)
	}
	if err != nil {
		return "", err
	}
	if f, ok := unreadable(data); !ok {
		return "", fmt.Errorf("%s:%d:%d: %s", name, f.Line, f.Column, f.Message)
	}
	return string(data), nil
}

func (b *bundler) ref(written string) (text, from string, err error) {
	ref, err := ParseRef(written)
	if err != nil {
		return "", "", err
	}
	if b.store == nil {
		return "", "", fmt.Errorf("%s is in a store, and there is none at hand; name the store", ref)
	}
	body, v, err := b.store.Get(b.ctx, ref)
	if err != nil {
		return "", "", err
	}
	t, err := Parse(body)
	if err != nil {
		return "", "", fmt.Errorf("%s is not readable: %w", ref, err)
	}
	if len(t.slots) == 0 || t.slots[0].role != roleSystem {
		return "", "", fmt.Errorf("%s has no system text to take", ref)
	}
	var parts []string
	for _, p := range t.slots[0].parts {
		if p.kind == partText {
			parts = append(parts, p.source)
		}
	}
	return strings.Join(parts, "\n"), fmt.Sprintf("%s@%d sha256:%s", v.Name, v.Number, v.SHA256[:12]), nil
}

// child returns the value of a key of a mapping, nil if there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// readFile reads a file that should be no larger than a prompt file; of a
// larger one, enough for Parse to say so.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 16*MaxFile))
}
