package serve

import (
	"context"
	"encoding/json"
	"maps"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/problem"
)

// described are chains with awkward names and a schema that refers to itself.
func described(t *testing.T) (*Server, object) {
	t.Helper()
	var served []*chain.Chain
	for _, name := range []string{"support", "support_v2", "support/v2", "support v2", "{id}", "größe", "100%"} {
		c, err := chain.New(name, []chain.Step{
			chain.Func("out", func(_ context.Context, in struct{ Ticket any }) (string, error) { return "", nil }, nil),
		}, &chain.Options{Input: &jsonschema.Schema{
			Type: "object", Required: []string{"Ticket"},
			Properties: map[string]*jsonschema.Schema{"Ticket": {Ref: "#/$defs/ticket"}},
			Defs:       map[string]*jsonschema.Schema{"ticket": {AnyOf: []*jsonschema.Schema{{Type: "string"}, {Ref: "#/$defs/ticket"}}}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		served = append(served, c)
	}
	s := New(served, &Options{Auth: BearerKeys("k")})
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/openapi.json", nil)
	r.Header.Set("Authorization", "Bearer k")
	s.ServeHTTP(w, r)
	var doc object
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Code != 200 {
		t.Fatalf("%d %v", w.Code, err)
	}
	return s, doc
}

// Whatever endpoint is added has to be described.
func TestEveryRouteIsDescribed(t *testing.T) {
	s, doc := described(t)
	paths := doc["paths"].(object)
	patterns := append(s.api.patterns, s.open.patterns...)
	if len(patterns) < 15 {
		t.Fatalf("only %v", patterns)
	}
	for _, pattern := range patterns {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{$}", "", "...}", "}").Replace(path)
		for _, name := range s.names() {
			at := strings.ReplaceAll(path, "{name}", url.PathEscape(name))
			item, _ := paths[at].(object)
			if item[strings.ToLower(method)] == nil {
				t.Errorf("%s of the chain %q is served and not described", pattern, name)
			}
		}
	}
}

// What is described is served, at the very path, by the chain that it says.
func TestEveryPathIsServed(t *testing.T) {
	s, doc := described(t)
	seen := map[string]string{}
	for path, item := range doc["paths"].(object) {
		for method, op := range item.(object) {
			if method == "parameters" {
				continue
			}
			r := httptest.NewRequest(strings.ToUpper(method), strings.ReplaceAll(path, "{id}", "AAAA"), nil)
			if s.routeOf(r) == "" {
				t.Errorf("%s %s is described and not served", method, path)
			}
			w := httptest.NewRecorder()
			r.Header.Set("Authorization", "Bearer k")
			s.ServeHTTP(w, r)
			for _, code := range []string{"no-endpoint", "no-chain"} {
				if strings.Contains(w.Body.String(), code) {
					t.Errorf("%s %s: %s", method, path, w.Body)
				}
			}
			id := op.(object)["operationId"].(string)
			if !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(id) || seen[id] != "" {
				t.Errorf("%s %s: the operationId %q is bad, or that of %s", method, path, id, seen[id])
			}
			seen[id] = path
		}
	}
}

func TestEveryReferenceResolves(t *testing.T) {
	_, doc := described(t)
	refs := 0
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case object:
			if ref, ok := v["$ref"].(string); ok {
				refs++
				if !resolves(doc, ref) {
					t.Errorf("%s: there is nothing at %s", at, ref)
				}
			}
			for k, inner := range v {
				walk(at+"/"+k, inner)
			}
		case array:
			for _, inner := range v {
				walk(at, inner)
			}
		}
	}
	walk("#", doc)
	if refs < 50 {
		t.Errorf("only %d references", refs)
	}
	for name := range doc["components"].(object)["schemas"].(object) {
		if !regexp.MustCompile(`^[a-zA-Z0-9._-]+$`).MatchString(name) {
			t.Errorf("a component may not be named %q", name)
		}
	}
}

func resolves(doc object, ref string) bool {
	fragment, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		return false
	}
	fragment, err := url.PathUnescape(fragment)
	if err != nil {
		return false
	}
	var here any = doc
	for key := range strings.SplitSeq(fragment, "/") {
		inner, _ := here.(object)
		if here = inner[strings.NewReplacer("~1", "/", "~0", "~").Replace(key)]; here == nil {
			return false
		}
	}
	return true
}

// The schemas that are written by hand have the fields of the types that are
// written as JSON, no more and no fewer, and require those that are always
// there.
func TestSchemasAreThoseOfTheTypes(t *testing.T) {
	all := sharedSchemas()
	maps.Copy(all, chatSchemas())
	for name, v := range map[string]any{
		"Problem": problem.Problem{}, "Usage": message.Usage{}, "PromptUse": chain.PromptUse{}, "Step": chain.StepResult{},
		"ToolCall": chain.ToolEvent{}, "Interrupt": chain.Interrupt{}, "Result": chain.Result{}, "Event": chain.Event{},
		"Retry": chain.RetryEvent{}, "Job": jobs.Status{}, "SocketEvent": socketEvent{}, "AnswerRequest": AnswerRequest{},
		"Model": modelInfo{}, "ChatCompletion": chatCompletion{},
	} {
		schema := all[name].(object)
		properties := schema["properties"].(object)
		required := map[string]bool{}
		list, _ := schema["required"].([]string)
		for _, r := range list {
			required[r] = true
		}
		kind := reflect.TypeOf(v)
		fields := 0
		for field := range kind.Fields() {
			tag := field.Tag.Get("json")
			key, rest, _ := strings.Cut(tag, ",")
			if key == "-" || key == "" {
				continue
			}
			fields++
			if properties[key] == nil {
				t.Errorf("%s lacks %s", name, key)
			}
			if always := !strings.Contains(rest, "omit"); required[key] != always {
				t.Errorf("%s.%s is required: %v, is always there: %v", name, key, required[key], always)
			}
		}
		if fields != len(properties) {
			t.Errorf("%s has %d properties, its type %d fields", name, len(properties), fields)
		}
	}
}

func TestSlugs(t *testing.T) {
	got := slugsOf([]string{"a b", "a/b", "a_b", "a_b_2", "c"})
	want := []string{"a_b_3", "a_b_4", "a_b", "a_b_2", "c"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTheDocumentSaysWhatNeedsAKey(t *testing.T) {
	_, doc := described(t)
	if len(doc["security"].(array)) != 1 {
		t.Errorf("with Auth: %v", doc["security"])
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if s, ok := doc["paths"].(object)[path].(object)["get"].(object)["security"].(array); !ok || len(s) != 0 {
			t.Errorf("%s needs %v", path, s)
		}
	}
	if doc := New(nil, nil).openAPI(); len(doc["security"].(array)) != 0 {
		t.Errorf("without Auth: %v", doc["security"])
	}
}
