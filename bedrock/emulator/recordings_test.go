package emulator

import (
	"encoding/json"
	"io/fs"
	"os"
	"testing"
)

// recordings walks the recorded exchanges in the folder that
// CAUSEWAY_RECORDINGS names.
func recordings(t *testing.T, each func(name string, x *recorded)) {
	t.Helper()
	dir := os.Getenv("CAUSEWAY_RECORDINGS")
	if dir == "" {
		t.Skip("CAUSEWAY_RECORDINGS is not set")
	}
	root := os.DirFS(dir)
	names, err := fs.Glob(root, "*/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no recordings in CAUSEWAY_RECORDINGS: %v", err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		x := new(recorded)
		if err := json.Unmarshal(data, x); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		each(name, x)
	}
}

// TestRecordedRequestsValidate: what Bedrock took we take, what it refused
// for its form we refuse with the same type.
func TestRecordedRequestsValidate(t *testing.T) {
	taken, refused := 0, 0
	recordings(t, func(name string, x *recorded) {
		if x.Operation != Converse && x.Operation != ConverseStream || promptOnly(x.Body) {
			return
		}
		code := codeOf(x.Headers["x-amzn-ErrorType"])
		_, failure := decode(x.Operation, x.Model, x.Body)
		switch {
		case x.Status == 200 && failure != nil:
			t.Errorf("%s: Bedrock took it, the emulator refuses: %v", name, failure)
		case x.Status == 200:
			taken++
		case code == "ValidationException" && (failure == nil || failure.Code != code):
			t.Errorf("%s: Bedrock refused it with %s, the emulator says %v", name, x.Text, failure)
		case code == "ValidationException":
			refused++
		}
	})
	t.Logf("%d recorded requests taken, %d refused alike", taken, refused)
}

func promptOnly(body []byte) bool {
	var only struct {
		Prompt *string `json:"_prompt_only"`
	}
	return json.Unmarshal(body, &only) == nil && only.Prompt != nil
}
