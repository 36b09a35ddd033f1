package emulator

import (
	"encoding/json"
	"io/fs"
	"os"
	"strings"
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
		code := x.code()
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

// TestRecordedBodies does the same for the bodies of InvokeModel that the
// emulator speaks.
func TestRecordedBodies(t *testing.T) {
	taken, refused, foreign := 0, 0, 0
	recordings(t, func(name string, x *recorded) {
		if x.Operation != InvokeModel && x.Operation != InvokeModelWithResponseStream || promptOnly(x.Body) {
			return
		}
		var failure *Failure
		if emb := embedderOf(x.Model); emb != nil {
			_, _, failure = emb.embed(x.Body, newSource(0, 0, 0))
		} else if checkModelID(x.Model) == nil && (formatOf(x.Operation, x.Model) == nil || !strings.Contains(string(x.Body), `"messages"`)) {
			foreign++
			return
		} else {
			_, _, failure = open(x.Operation, x.Model, x.Body)
		}
		switch {
		case x.Status == 200 && failure != nil:
			t.Errorf("%s: Bedrock took it, the emulator refuses: %v", name, failure)
		case x.Status == 200:
			taken++
		case x.code() == "ValidationException" && (failure == nil || !strings.Contains(x.Text, failure.Message)):
			t.Errorf("%s: Bedrock said %s, the emulator says %v", name, x.Text, failure)
		case x.code() == "ValidationException":
			refused++
		}
	})
	t.Logf("%d recorded bodies taken, %d refused in the same words, %d of models the emulator does not speak", taken, refused, foreign)
}
