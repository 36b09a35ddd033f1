package project

import (
	"path/filepath"
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"
)

// Parse reads and checks a causeway.yaml. path names the file in messages and
// is where relative folders start. The error is Faults, all of them; with it
// comes what could be read, for those who look for more faults.
func Parse(body []byte, path string) (*Project, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	r := &reader{file: path, base: filepath.Dir(abs)}
	p := &Project{Path: abs}
	if root := r.document(body); root != nil {
		r.project(root, p)
	}
	if len(r.faults) > 0 {
		slices.SortStableFunc(r.faults, func(a, b Fault) int {
			if a.Line != b.Line {
				return a.Line - b.Line
			}
			return a.Column - b.Column
		})
		return p, r.faults
	}
	return p, nil
}

func (r *reader) project(root *yaml.Node, p *Project) {
	var schema bool
	var fallbacks []reference
	r.mapping(root, "the project", fields{
		"schema":  func(n *yaml.Node) { schema = true; r.schema(n) },
		"region":  func(n *yaml.Node) { p.Region = r.region(n) },
		"models":  func(n *yaml.Node) { p.Models, fallbacks = r.models(n) },
		"prompts": func(n *yaml.Node) { p.Prompts = r.location(n, "prompts") },
		"memory":  func(n *yaml.Node) { p.Memory = r.memory(n) },
		"tools":   func(n *yaml.Node) { p.Tools = r.tools(n) },
		"http":    func(n *yaml.Node) { p.HTTP = r.http(n) },
		"runs":    func(n *yaml.Node) { p.Runs = r.folder(n, "runs") },
		"jobs":    func(n *yaml.Node) { p.Jobs = r.jobs(n) },

		"experiments": func(n *yaml.Node) { p.Experiments = r.experiments(n) },
	})
	if !schema && root.Kind == yaml.MappingNode {
		r.fault(root, "the first line is missing: schema: %s", Schema)
	}
	r.resolve(fallbacks, p.Models)
}

func (r *reader) schema(n *yaml.Node) {
	if got := r.text(n, "schema"); got != "" && got != Schema {
		r.fault(n, "schema is %q here, this file needs %s", got, Schema)
	}
}

var (
	regionForm = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-\d+$`)
	nameForm   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)
)

func (r *reader) region(n *yaml.Node) string {
	text := r.text(n, "region")
	if text != "" && !regionForm.MatchString(text) {
		r.fault(n, "%q is no AWS Region; they look like us-east-1", text)
	}
	return text
}

func (r *reader) location(n *yaml.Node, what string) Location {
	text := r.text(n, what)
	if text == "" {
		return Location{}
	}
	l, err := ParseLocation(text, r.base)
	if err != nil {
		r.fault(n, "%s: %v", what, err)
	}
	return l
}

func (r *reader) folder(n *yaml.Node, what string) string {
	l := r.location(n, what)
	if l.InAWS() {
		r.fault(n, "%s is a folder, not in AWS", what)
	}
	return l.Dir
}

func (r *reader) tools(n *yaml.Node) []string {
	var names []string
	for _, item := range r.list(n, "tools") {
		name := r.text(item, "a tool's name")
		switch {
		case name == "":
		case !slices.Contains(BuiltinTools(), name):
			r.fault(item, "there is no built-in tool %q; %s (Go tools are added through cli.Main)", name, Suggest(name, BuiltinTools()))
		case slices.Contains(names, name):
			r.fault(item, "the tool %q is listed twice", name)
		default:
			names = append(names, name)
		}
	}
	return names
}

func (r *reader) http(n *yaml.Node) HTTP {
	var h HTTP
	r.mapping(n, "http", fields{"allow": func(n *yaml.Node) {
		items := r.list(n, "allow")
		if n.Kind == yaml.SequenceNode && len(items) == 0 {
			r.fault(n, "allow names no host; write, for example, [api.example.com]")
		}
		for _, item := range items {
			if host := r.text(item, "a host"); host != "" {
				h.Allow = append(h.Allow, host)
			}
		}
	}})
	return h
}
