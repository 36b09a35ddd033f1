package templates

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Imported is a prompt file made from another format.
type Imported struct {
	Name string
	Body []byte   // a causeway.prompt/v1 file
	Lost []string // what of the original our form does not hold, or holds otherwise
}

// ImportOptions are the settings of [Import]. Nil means the defaults.
type ImportOptions struct {
	Name string // of the prompt; made from the file's name by default
}

// Import turns a LangChain prompt (YAML: prompt, few_shot, chat), a Dotprompt
// file (.prompt) or a Prompty file (.prompty) into a prompt file of ours. What
// would mean something else here is an error: jinja2 in a LangChain file,
// helpers, filters and expressions in the others.
func Import(file string, data []byte, o *ImportOptions) (*Imported, error) {
	name := ""
	if o != nil {
		name = o.Name
	}
	if name == "" {
		name = nameFrom(file)
	}
	if f, ok := unreadable(data); !ok {
		return nil, &FileError{File: file, Faults: []Fault{f}}
	}
	read := importLangChain
	switch path.Ext(file) {
	case ".prompt":
		read = importDotprompt
	case ".prompty":
		read = importPrompty
	}
	outline, lost, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", file, err)
	}
	if outline.Name = name; outline.Description == "" {
		outline.Description = "Imported from " + path.Base(file)
	}
	body, err := outline.YAML()
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", file, err)
	}
	return &Imported{Name: name, Body: body, Lost: lost}, nil
}

// nameFrom makes a name that [CheckName] takes from a file's.
func nameFrom(file string) string {
	base := strings.ToLower(strings.TrimSuffix(path.Clean(file), path.Ext(file)))
	base = strings.Trim(notName.ReplaceAllString(base, "-"), "-_/")
	for strings.HasPrefix(base, ".") {
		base = strings.TrimLeft(base, "./")
	}
	if CheckName(base) != nil {
		base = strings.Trim(notName.ReplaceAllString(path.Base(base), "-"), "-_/")
	}
	if CheckName(base) != nil {
		return "imported"
	}
	return base
}

var notName = regexp.MustCompile(`[^a-z0-9/_-]+`)

// frontMatter cuts a file into the YAML between its first two lines of three
// hyphens and the text below.
func frontMatter(data []byte) (head, text string, err error) {
	s := strings.ReplaceAll(string(data), "\r\n", "\n")
	rest, ok := strings.CutPrefix(strings.TrimLeft(s, " \t\n"), "---\n")
	if !ok {
		return "", s, nil
	}
	head, text, ok = strings.Cut(rest, "\n---")
	if !ok {
		if text, ok = strings.CutPrefix(rest, "---"); !ok {
			return "", "", errors.New("the front matter, which begins with ---, has no end")
		}
		head = ""
	}
	_, text, _ = strings.Cut(text, "\n")
	return head, text, nil
}

// fields is front matter read as plain data. Unknown fields are told as lost,
// not refused: they are another format's.
type fields map[string]any

func readFields(head string) (fields, error) {
	if strings.TrimSpace(head) == "" {
		return fields{}, nil
	}
	root, faults := document([]byte(head))
	if faults != nil {
		return nil, &FileError{File: "front matter", Faults: faults}
	}
	r := &reader{source: []byte(head)}
	f, ok := r.any(root, "").(map[string]any)
	if len(r.faults) > 0 {
		return nil, &FileError{File: "front matter", Faults: r.faults}
	}
	if !ok {
		return nil, errors.New("the front matter is not a mapping")
	}
	return f, nil
}

func (f fields) text(key string) string {
	s, _ := f[key].(string)
	return s
}

func (f fields) object(key string) fields {
	m, _ := f[key].(map[string]any)
	return m
}

func (f fields) texts(key string) []string {
	list, _ := f[key].([]any)
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// number returns the first of the keys that holds a number.
func (f fields) number(keys ...string) *float64 {
	for _, key := range keys {
		if n, ok := f[key].(json.Number); ok {
			if v, err := n.Float64(); err == nil {
				return &v
			}
		}
	}
	return nil
}

// others names the fields that are none of these.
func (f fields) others(known ...string) (lost []string) {
	for key := range f {
		if !slices.Contains(known, key) {
			lost = append(lost, "the field "+fieldName(key))
		}
	}
	slices.Sort(lost)
	return lost
}

// settings reads what most formats call the model's parameters.
func (f fields) settings(m *Model) {
	if n := f.number("maxOutputTokens", "max_tokens", "max_completion_tokens", "max_output_tokens", "maxTokens"); n != nil && *n >= 1 {
		m.MaxTokens = int(*n)
	}
	m.Temperature, m.TopP = f.number("temperature"), f.number("topP", "top_p")
	m.Stop = f.texts("stopSequences")
	if m.Stop == nil {
		m.Stop = f.texts("stop")
	}
}
