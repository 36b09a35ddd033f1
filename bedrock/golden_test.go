package bedrock_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
	"golang.org/x/tools/txtar"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/message"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden sends the messages of each file and compares what reaches the
// wire. Under testdata/to a message needs no repair; under testdata/repair it
// does, Options.Strict refuses it and says why, and the emulator, which refuses
// what Bedrock refuses, takes the repaired request.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".txtar"), func(t *testing.T) {
			checkGolden(t, file)
		})
	}
}

func checkGolden(t *testing.T, file string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	section := map[string]string{}
	for _, f := range a.Files {
		section[f.Name] = string(f.Data)
	}
	msgs, err := message.Unmarshal([]byte(section["messages"]))
	if err != nil {
		t.Fatal(err)
	}
	id := strings.TrimSpace(section["model"])
	if id == "" {
		id = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
	}
	w := answering(sayHello)
	if _, err := newModel(t, w, id, nil).GenerateContent(t.Context(), msgs); err != nil {
		t.Fatal(err)
	}
	compareGolden(t, file, a, "wire", indented(t, w.body))

	strict := answering(sayHello)
	_, err = newModel(t, strict, id, &bedrock.Options{Strict: true}).GenerateContent(t.Context(), msgs)
	if strings.HasPrefix(file, "testdata/to/") {
		if err != nil {
			t.Errorf("strict: %v", err)
		}
		return
	}
	e, ok := errors.AsType[*bedrock.Error](err)
	if !ok || e.Code != bedrock.CodeInvalidRequest || strict.sent != 0 {
		t.Fatalf("strict: %v, %d requests sent", err, strict.sent)
	}
	compareGolden(t, file, a, "strict", strings.ReplaceAll(e.Message, "; ", "\n")+"\n")
	acceptedByEmulator(t, id, msgs)
}

// acceptedByEmulator asks the emulator, which checks requests as Bedrock does.
func acceptedByEmulator(t *testing.T, id string, msgs []llms.MessageContent) {
	t.Helper()
	emu := emulator.New(&emulator.Options{Responder: emulator.Script(emulator.Turn{Text: "fine"})})
	m, err := bedrock.New(emu.Client(), id, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.GenerateContent(t.Context(), msgs); err != nil {
		t.Errorf("the emulator refuses it: %v", err)
	}
}

func compareGolden(t *testing.T, file string, a *txtar.Archive, name, got string) {
	t.Helper()
	for i := range a.Files {
		if a.Files[i].Name != name {
			continue
		}
		if *update {
			a.Files[i].Data = []byte(got)
			if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		if diff := cmp.Diff(string(a.Files[i].Data), got); diff != "" {
			t.Errorf("%s (-golden +got):\n%s", name, diff)
		}
		return
	}
	if !*update {
		t.Fatalf("no section %s; run with -update", name)
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(got)})
	if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

func indented(t *testing.T, body []byte) string {
	t.Helper()
	var buf bytes.Buffer
	if err := json.Indent(&buf, body, "", " "); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return buf.String() + "\n"
}
