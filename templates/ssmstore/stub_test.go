package ssmstore_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// stub answers the calls of Parameter Store that the store makes, as the
// service's API reference describes them. It is ours: AWS was never asked.
type stub struct {
	mu         sync.Mutex
	parameters map[string][]*version
	calls      map[string]int
}

type version struct {
	Number int
	Value  string
	Labels []string
	At     float64
}

func newStub() *stub { return &stub{parameters: map[string][]*version{}, calls: map[string]int{}} }

func (s *stub) client() *ssm.Client {
	return ssm.New(ssm.Options{
		Region: "us-east-1", HTTPClient: s, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	})
}

// fault is an error of the service.
type fault struct{ kind string }

func (s *stub) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var in struct {
		Name, Value, Path, NextToken, Type, Tier string
		Labels                                   []string
		ParameterVersion, MaxResults             int
		Overwrite, Recursive                     bool
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[operation]++
	var out any
	switch operation {
	case "PutParameter":
		out = s.put(in.Name, in.Value, in.Tier, in.Overwrite)
	case "GetParameter":
		out = s.get(in.Name)
	case "GetParameterHistory":
		out = s.history(in.Name, in.NextToken, in.MaxResults)
	case "GetParametersByPath":
		out = s.byPath(in.Path, in.NextToken, in.MaxResults, in.Recursive)
	case "LabelParameterVersion":
		out = s.label(in.Name, in.Labels, in.ParameterVersion)
	case "UnlabelParameterVersion":
		out = s.unlabel(in.Name, in.Labels, in.ParameterVersion)
	}
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

func (s *stub) put(name, value, tier string, overwrite bool) any {
	versions := s.parameters[name]
	most := map[string]int{"Standard": 4096, "Advanced": 8192}[tier]
	switch {
	case len(value) > most || strings.Contains(value, "{{"):
		return fault{"ValidationException"}
	case len(versions) > 0 && !overwrite:
		return fault{"ParameterAlreadyExists"}
	}
	number := 1
	if n := len(versions); n > 0 {
		number = versions[n-1].Number + 1
	}
	if len(versions) == 100 {
		if len(versions[0].Labels) > 0 {
			return fault{"ParameterMaxVersionLimitExceeded"}
		}
		versions = versions[1:]
	}
	s.parameters[name] = append(versions, &version{Number: number, Value: value, At: float64(time.Now().Unix())})
	return map[string]any{"Version": number, "Tier": tier}
}

func (s *stub) get(selector string) any {
	name, want, selected := strings.Cut(selector, ":")
	versions := s.parameters[name]
	if len(versions) == 0 {
		return fault{"ParameterNotFound"}
	}
	v := versions[len(versions)-1]
	if selected {
		i := slices.IndexFunc(versions, func(v *version) bool {
			return strconv.Itoa(v.Number) == want || slices.Contains(v.Labels, want)
		})
		if i < 0 {
			return fault{"ParameterVersionNotFound"}
		}
		v = versions[i]
	}
	return map[string]any{"Parameter": map[string]any{"Name": name, "Value": v.Value, "Version": v.Number, "Type": "String", "LastModifiedDate": v.At}}
}

func (s *stub) history(name, token string, most int) any {
	versions := s.parameters[name]
	if len(versions) == 0 {
		return fault{"ParameterNotFound"}
	}
	from, _ := strconv.Atoi(token)
	to := min(from+most, len(versions))
	var page []map[string]any
	for _, v := range versions[from:to] {
		page = append(page, map[string]any{"Name": name, "Value": v.Value, "Version": v.Number, "Labels": v.Labels, "LastModifiedDate": v.At})
	}
	out := map[string]any{"Parameters": page}
	if to < len(versions) {
		out["NextToken"] = strconv.Itoa(to)
	}
	return out
}

func (s *stub) byPath(path, token string, most int, recursive bool) any {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.parameters)) {
		below, ok := strings.CutPrefix(name, path+"/")
		if ok && (recursive || !strings.Contains(below, "/")) {
			names = append(names, name)
		}
	}
	from, _ := strconv.Atoi(token)
	to := min(from+most, len(names))
	var page []map[string]any
	for _, name := range names[from:to] {
		newest := s.parameters[name][len(s.parameters[name])-1]
		page = append(page, map[string]any{"Name": name, "Version": newest.Number, "Value": newest.Value})
	}
	out := map[string]any{"Parameters": page}
	if to < len(names) {
		out["NextToken"] = strconv.Itoa(to)
	}
	return out
}

func (s *stub) label(name string, labels []string, number int) any {
	versions := s.parameters[name]
	i := slices.IndexFunc(versions, func(v *version) bool { return v.Number == number })
	if i < 0 {
		return fault{"ParameterVersionNotFound"}
	}
	for _, label := range labels {
		if strings.HasPrefix(label, "aws") || label[0] <= '9' {
			return map[string]any{"InvalidLabels": labels}
		}
		for _, v := range versions {
			v.Labels = slices.DeleteFunc(v.Labels, func(l string) bool { return l == label })
		}
		versions[i].Labels = append(versions[i].Labels, label)
	}
	if len(versions[i].Labels) > 10 {
		return fault{"ParameterVersionLabelLimitExceeded"}
	}
	return map[string]any{"ParameterVersion": number}
}

func (s *stub) unlabel(name string, labels []string, number int) any {
	for _, v := range s.parameters[name] {
		if v.Number == number {
			v.Labels = slices.DeleteFunc(v.Labels, func(l string) bool { return slices.Contains(labels, l) })
		}
	}
	return map[string]any{"RemovedLabels": labels}
}
