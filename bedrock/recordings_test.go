package bedrock_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recording is one exchange of real Bedrock traffic.
type recording struct {
	name            string
	Operation       string            `json:"operation"`
	ModelID         string            `json:"model_id"`
	PathRaw         string            `json:"path_raw"`
	RequestBody     json.RawMessage   `json:"request_body"`
	Status          int               `json:"status"`
	ResponseHeaders map[string]string `json:"response_headers"`
	ResponseBody    json.RawMessage   `json:"response_body"`
	ResponseBodyB64 string            `json:"response_body_b64"`
}

// recordings loads the exchanges of some operations from the folder that
// CAUSEWAY_RECORDINGS names. They are other projects' and are not kept here.
func recordings(t testing.TB, operations ...string) []recording {
	t.Helper()
	dir := os.Getenv("CAUSEWAY_RECORDINGS")
	if dir == "" {
		t.Skip("CAUSEWAY_RECORDINGS is not set")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", dir, err)
	}
	var found []recording
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r := recording{name: filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file)}
		if err := json.Unmarshal(b, &r); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, op := range operations {
			if r.Operation == op {
				found = append(found, r)
			}
		}
	}
	return found
}

// body returns the recorded response's bytes.
func (r *recording) body(t testing.TB) []byte {
	t.Helper()
	if r.ResponseBodyB64 != "" {
		b, err := base64.StdEncoding.DecodeString(r.ResponseBodyB64)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var text string
	if json.Unmarshal(r.ResponseBody, &text) == nil {
		return []byte(text)
	}
	return r.ResponseBody
}

// model returns a model id for the call: that of the recording where one is
// known.
func (r *recording) model() string {
	if r.ModelID == "" || r.ModelID == "unknown" {
		return "amazon.nova-lite-v1:0"
	}
	return r.ModelID
}

func (r *recording) requestID() string {
	for k, v := range r.ResponseHeaders {
		if strings.EqualFold(k, "x-amzn-RequestId") {
			return v
		}
	}
	return ""
}

// errorCode returns the exception's name that a refusal carries.
func (r *recording) errorCode() string {
	for k, v := range r.ResponseHeaders {
		if strings.EqualFold(k, "x-amzn-ErrorType") {
			code, _, _ := strings.Cut(v, ":")
			return code
		}
	}
	return ""
}
