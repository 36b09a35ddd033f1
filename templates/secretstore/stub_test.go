package secretstore_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sm "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// stub answers the calls of Secrets Manager that the store makes, as the
// service's API reference describes them. It is ours: AWS was never asked.
type stub struct {
	mu      sync.Mutex
	secrets map[string]*secret
}

type secret struct {
	values map[string]string // by version id
	stages map[string]string // stage -> version id
	order  []string          // version ids, as created
}

func newStub() *stub { return &stub{secrets: map[string]*secret{}} }

func (s *stub) client() *sm.Client {
	return sm.New(sm.Options{
		Region: "us-east-1", HTTPClient: s, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	})
}

// fault is an error of the service.
type fault struct{ kind string }

type request struct {
	Name, SecretId, ClientRequestToken, SecretString, VersionId, VersionStage string
	RemoveFromVersionId, MoveToVersionId, NextToken                           string
	MaxResults                                                                int
	Filters                                                                   []struct{ Values []string }
}

func (s *stub) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var in request
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	s.mu.Lock()
	out := s.answer(operation, in)
	s.mu.Unlock()
	status := http.StatusOK
	if f, bad := out.(fault); bad {
		status, out = http.StatusBadRequest, map[string]string{"__type": f.kind, "message": "as the reference says"}
	}
	data, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Body: io.NopCloser(strings.NewReader(string(data))),
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
	}, nil
}

func (s *stub) answer(operation string, in request) any {
	if operation == "ListSecrets" {
		return s.list(in)
	}
	name := in.SecretId + in.Name
	kept := s.secrets[name]
	if operation == "CreateSecret" {
		if kept != nil {
			if kept.values[in.ClientRequestToken] == in.SecretString {
				return map[string]any{"VersionId": in.ClientRequestToken}
			}
			return fault{"ResourceExistsException"}
		}
		kept = &secret{values: map[string]string{}, stages: map[string]string{}}
		s.secrets[name] = kept
		return kept.put(in)
	}
	if kept == nil {
		return fault{"ResourceNotFoundException"}
	}
	switch operation {
	case "PutSecretValue":
		return kept.put(in)
	case "GetSecretValue":
		return kept.get(in)
	case "DescribeSecret":
		ids := map[string][]string{}
		for stage, id := range kept.stages {
			ids[id] = append(ids[id], stage)
		}
		return map[string]any{"Name": name, "VersionIdsToStages": ids}
	case "ListSecretVersionIds":
		from, _ := strconv.Atoi(in.NextToken)
		to := min(from+in.MaxResults, len(kept.order))
		var page []map[string]any
		for _, id := range kept.order[from:to] {
			page = append(page, map[string]any{"VersionId": id})
		}
		out := map[string]any{"Versions": page}
		if to < len(kept.order) {
			out["NextToken"] = strconv.Itoa(to)
		}
		return out
	}
	return kept.move(in)
}

func (k *secret) put(in request) any {
	id := in.ClientRequestToken
	if len(id) < 32 || len(id) > 64 || len(in.SecretString) > 65536 {
		return fault{"InvalidParameterException"}
	}
	if old, exists := k.values[id]; exists {
		if old != in.SecretString {
			return fault{"ResourceExistsException"}
		}
		return map[string]any{"VersionId": id}
	}
	k.values[id], k.order = in.SecretString, append(k.order, id)
	if before, ok := k.stages["AWSCURRENT"]; ok {
		k.stages["AWSPREVIOUS"] = before
	}
	k.stages["AWSCURRENT"] = id
	return map[string]any{"VersionId": id}
}

func (k *secret) get(in request) any {
	id := in.VersionId
	if in.VersionStage != "" {
		id = k.stages[in.VersionStage]
	}
	value, ok := k.values[id]
	if !ok {
		return fault{"ResourceNotFoundException"}
	}
	return map[string]any{"VersionId": id, "SecretString": value}
}

func (k *secret) move(in request) any {
	holder, held := k.stages[in.VersionStage]
	if held && holder != in.RemoveFromVersionId || !held && in.RemoveFromVersionId != "" {
		return fault{"InvalidParameterException"}
	}
	if in.MoveToVersionId == "" {
		delete(k.stages, in.VersionStage)
		return map[string]any{}
	}
	if _, ok := k.values[in.MoveToVersionId]; !ok {
		return fault{"ResourceNotFoundException"}
	}
	k.stages[in.VersionStage] = in.MoveToVersionId
	return map[string]any{}
}

func (s *stub) list(in request) any {
	var page []map[string]any
	for _, name := range slices.Sorted(maps.Keys(s.secrets)) {
		if strings.HasPrefix(name, in.Filters[0].Values[0]) {
			page = append(page, map[string]any{"Name": name})
		}
	}
	return map[string]any{"SecretList": page}
}
