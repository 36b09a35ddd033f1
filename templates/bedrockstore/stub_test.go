package bedrockstore_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/credentials"
	agent "github.com/aws/aws-sdk-go-v2/service/bedrockagent"
)

// stub answers the calls of Prompt Management that the store makes, as the
// service's API reference describes them. It is ours: AWS was never asked.
type stub struct {
	mu      sync.Mutex
	prompts map[string]*prompt // by id
	between func()             // runs once, before a version is made
}

type prompt struct {
	draft    map[string]any
	versions []map[string]any
	tags     map[string]string
}

func newStub() *stub { return &stub{prompts: map[string]*prompt{}} }

func (s *stub) client() *agent.Client {
	return agent.New(agent.Options{
		Region: "us-east-1", HTTPClient: s, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	})
}

const arnMark = "arn:aws:bedrock:us-east-1:111122223333:prompt/"

func (s *stub) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	body := map[string]any{}
	if r.Body != nil {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if len(data) > 0 {
			if err := json.Unmarshal(data, &body); err != nil {
				return nil, err
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path, err := url.PathUnescape(r.URL.EscapedPath())
	if err != nil {
		return nil, err
	}
	status, out := s.route(r.Method, strings.Trim(path, "/"), r.URL.Query(), body)
	header := http.Header{"Content-Type": {"application/json"}}
	if status >= 400 {
		header.Set("X-Amzn-Errortype", out.(string))
		out = map[string]string{"message": "as the reference says"}
	}
	data, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(string(data)))}, nil
}

func (s *stub) route(method, path string, query url.Values, body map[string]any) (int, any) {
	kind, rest, _ := strings.Cut(path, "/")
	if kind == "tags" {
		return s.tag(method, strings.TrimPrefix(rest, arnMark), query, body)
	}
	if rest == "" {
		if method == http.MethodPost {
			return s.create(body)
		}
		return s.list(query)
	}
	id, versions, _ := strings.Cut(strings.TrimPrefix(rest, arnMark), "/")
	p := s.prompts[id]
	switch {
	case p == nil:
		return http.StatusNotFound, "ResourceNotFoundException"
	case versions == "versions":
		if f := s.between; f != nil {
			s.between = nil
			f()
		}
		v := maps.Clone(p.draft)
		v["version"] = strconv.Itoa(len(p.versions) + 1)
		p.versions = append(p.versions, v)
		return http.StatusCreated, v
	case method == http.MethodPut:
		p.change(body)
		return http.StatusOK, p.draft
	}
	want := query.Get("promptVersion")
	if want == "" {
		return http.StatusOK, p.draft
	}
	n, err := strconv.Atoi(want)
	if err != nil || n < 1 || n > len(p.versions) {
		return http.StatusNotFound, "ResourceNotFoundException"
	}
	return http.StatusOK, p.versions[n-1]
}

func (s *stub) create(body map[string]any) (int, any) {
	id := "PROMPT" + strconv.Itoa(1000+len(s.prompts))
	p := &prompt{tags: map[string]string{}, draft: map[string]any{
		"id": id, "arn": arnMark + id, "version": "DRAFT", "createdAt": "2026-01-02T03:04:05Z", "updatedAt": "2026-01-02T03:04:05Z",
	}}
	p.change(body)
	s.prompts[id] = p
	return http.StatusCreated, p.draft
}

func (p *prompt) change(body map[string]any) {
	p.draft = maps.Clone(p.draft)
	for _, key := range []string{"name", "description", "variants", "defaultVariant"} {
		p.draft[key] = body[key]
	}
}

func (s *stub) list(query url.Values) (int, any) {
	var all []map[string]any
	if id := query.Get("promptIdentifier"); id != "" {
		p := s.prompts[id]
		if p == nil {
			return http.StatusNotFound, "ResourceNotFoundException"
		}
		all = append([]map[string]any{p.draft}, p.versions...)
	} else {
		for _, id := range slices.Sorted(maps.Keys(s.prompts)) {
			all = append(all, s.prompts[id].draft)
		}
	}
	from, _ := strconv.Atoi(query.Get("nextToken"))
	to := min(from+2, len(all)) // small pages, to meet more than one
	out := map[string]any{"promptSummaries": all[from:to]}
	if to < len(all) {
		out["nextToken"] = strconv.Itoa(to)
	}
	return http.StatusOK, out
}

func (s *stub) tag(method, id string, query url.Values, body map[string]any) (int, any) {
	p := s.prompts[id]
	if p == nil {
		return http.StatusNotFound, "ResourceNotFoundException"
	}
	switch method {
	case http.MethodPost:
		for key, text := range body["tags"].(map[string]any) {
			p.tags[key] = text.(string)
		}
	case http.MethodDelete:
		for _, key := range query["tagKeys"] {
			delete(p.tags, key)
		}
	default:
		return http.StatusOK, map[string]any{"tags": p.tags}
	}
	return http.StatusOK, map[string]any{}
}
