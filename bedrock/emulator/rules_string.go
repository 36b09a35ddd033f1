package emulator

import (
	"regexp"
	"strings"
)

// formats are the strings that a schema's format names.
var formats = map[string]*regexp.Regexp{
	"date":      regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b`),
	"date-time": regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}T[0-9:.]+(?:Z|[+-]\d{2}:\d{2})`),
	"email":     regexp.MustCompile(`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`),
	"uri":       regexp.MustCompile(`https?://[^\s"'<>]+`),
	"uuid":      regexp.MustCompile(`\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b`),
}

var (
	quoted     = regexp.MustCompile(`["“']([^"”']+)["”']`)
	identifier = regexp.MustCompile(`#?\b([A-Za-z]*-?\d[\w-]*)\b`)
	place      = regexp.MustCompile(`\b(?:in|at|for|to|of|from)\s+((?:\p{Lu}[\p{L}.'-]*)(?:,?\s+\p{Lu}[\p{L}.'-]*)*)`)
	sum        = regexp.MustCompile(`[-(\d][\d\s.+*/()%^-]*[\d)]`)
)

// string finds a string for a property: by its format or pattern, by what its
// name says it is, else the whole text.
func (f *filler) string(schema map[string]any, name string) string {
	if format, _ := schema["format"].(string); formats[format] != nil {
		if s := formats[format].FindString(f.text); s != "" {
			return s
		}
	}
	if pattern, ok := schema["pattern"].(string); ok {
		if re, err := regexp.Compile(strings.TrimSuffix(strings.TrimPrefix(pattern, "^"), "$")); err == nil {
			if s := re.FindString(f.text); s != "" {
				return s
			}
		}
	}
	for _, guess := range guesses(strings.ToLower(name)) {
		if m := guess.FindStringSubmatch(f.text); m != nil {
			return strings.TrimSpace(m[len(m)-1])
		}
	}
	return f.text
}

// guesses are the patterns a property's name suggests, best first.
func guesses(name string) []*regexp.Regexp {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(name, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("email", "mail"):
		return []*regexp.Regexp{formats["email"]}
	case has("url", "uri", "link"):
		return []*regexp.Regexp{formats["uri"]}
	case has("date", "day"):
		return []*regexp.Regexp{formats["date"]}
	case has("expression", "formula", "calculation"):
		return []*regexp.Regexp{sum}
	case has("query", "question", "text", "input", "message", "content"):
		return nil
	case has("id", "number", "order", "code", "ticket", "account", "sku", "key"):
		return []*regexp.Regexp{identifier, quoted}
	case has("city", "location", "place", "country", "town", "region", "address"):
		return []*regexp.Regexp{place, quoted}
	}
	return []*regexp.Regexp{quoted, place}
}
