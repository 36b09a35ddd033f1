package templates

import (
	"regexp"
	"time"

	"gopkg.in/yaml.v3"
)

// slot reads one element of messages: a message, or where the examples or the
// history go.
func (r *reader) slot(n *yaml.Node, path string) slot {
	s := slot{node: n, path: path, role: roleUser}
	var kinds int
	var content *yaml.Node
	named := false
	message := func(as role) field {
		return func(n *yaml.Node, path string) {
			kinds++
			s.role, s.parts = as, r.parts(n, path, as)
		}
	}
	r.object(n, path, map[string]field{
		"user":      message(roleUser),
		"assistant": message(roleAssistant),
		"history":   func(n *yaml.Node, path string) { kinds++; s.history = r.history(n, path) },
		"examples":  func(n *yaml.Node, path string) { kinds++; s.examples = true; r.object(n, path, nil) },
		"role": func(n *yaml.Node, path string) {
			word := r.text(n, path)
			as, ok := roleNames[word]
			if !ok {
				r.fault(n, path, "%s", unknownRole(word))
			}
			s.role, named = as, true
		},
		"content": func(n *yaml.Node, _ string) { content = n },
	})
	if content != nil {
		kinds++
		s.parts = r.parts(content, join(path, "content"), s.role)
	}
	if kinds != 1 || named != (content != nil) {
		r.fault(n, path, "want one of user, assistant, history, examples, or role with content")
	}
	return s
}

func (r *reader) history(n *yaml.Node, path string) *historySlot {
	h := &historySlot{key: "history"}
	r.object(n, path, map[string]field{
		"key":      func(n *yaml.Node, path string) { h.key = r.word(n, path) },
		"maxTurns": func(n *yaml.Node, path string) { h.maxTurns = r.whole(n, path, 1) },
	})
	if h.key != "" && !isIdentifier(h.key) {
		r.fault(n, path, "the key is letters, digits, - and _")
	}
	return h
}

// parts reads a message's content: text, or a list of blocks.
func (r *reader) parts(n *yaml.Node, path string, as role) []part {
	if follow(n).Kind != yaml.SequenceNode {
		return []part{{kind: partText, source: r.word(n, path), node: n, path: path}}
	}
	var out []part
	r.each(n, path, func(_ int, item *yaml.Node, path string) {
		out = append(out, r.part(item, path, as))
	})
	if len(out) == 0 {
		r.fault(n, path, "holds no content")
	}
	return out
}

func (r *reader) part(n *yaml.Node, path string, as role) part {
	if follow(n).Kind == yaml.ScalarNode {
		return part{kind: partText, source: r.word(n, path), node: n, path: path}
	}
	var p part
	kinds := 0
	text := func(kind partKind) field {
		return func(n *yaml.Node, path string) {
			kinds++
			p = part{kind: kind, source: r.word(n, path), node: n, path: path}
		}
	}
	media := func(kind partKind) field {
		return func(n *yaml.Node, path string) { kinds++; p = r.media(n, path, kind) }
	}
	fields := map[string]field{
		"text": text(partText), "guarded": text(partGuarded),
		"cachePoint": func(n *yaml.Node, path string) { kinds++; p = r.cachePoint(n, path) },
	}
	if as == roleUser {
		fields["image"], fields["document"] = media(partImage), media(partDocument)
		fields["video"], fields["audio"] = media(partVideo), media(partAudio)
	}
	r.object(n, path, fields)
	if kinds > 1 {
		r.fault(n, path, "a block is one thing; begin each with its own hyphen")
	}
	if kinds == 0 {
		r.fault(n, path, "the block is empty")
	}
	return p
}

func (r *reader) cachePoint(n *yaml.Node, path string) part {
	p := part{kind: partCachePoint, node: n, path: path}
	r.object(n, path, map[string]field{
		"ttl": func(n *yaml.Node, path string) {
			switch r.text(n, path) {
			case "5m":
				p.ttl = 5 * time.Minute
			case "1h":
				p.ttl = time.Hour
			default:
				r.fault(n, path, "want 5m or 1h")
			}
		},
	})
	return p
}

// documentName is what Bedrock allows as a document's name (DocumentBlock in
// the Converse API): no dots, so no file names as they are.
var documentName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ()\[\]-]{0,199}$`)

func (r *reader) media(n *yaml.Node, path string, kind partKind) part {
	p := part{kind: kind, node: n, path: path}
	fields := map[string]field{
		"var": func(n *yaml.Node, path string) { p.variable = r.word(n, path) },
	}
	if kind == partDocument {
		fields["name"] = func(n *yaml.Node, path string) {
			if p.name = r.word(n, path); !documentName.MatchString(p.name) {
				r.fault(n, path, "a document's name has letters, digits, single spaces, hyphens, parentheses and square brackets")
			}
		}
		fields["context"] = func(n *yaml.Node, path string) { p.context = r.text(n, path) }
		fields["citations"] = func(n *yaml.Node, path string) { p.citations = r.boolean(n, path) }
	}
	r.object(n, path, fields)
	if p.variable == "" {
		r.fault(n, path, "want var, the variable that holds it")
	}
	return p
}
