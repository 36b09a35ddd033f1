package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/causeway-go/causeway/e2e/internal/npm"
)

// A validator by somebody else, in another language, on the official schema.
func TestSecondOpinion(t *testing.T) {
	dir := npm.Installed(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ask := func(document []byte) (valid bool, version, said string) {
		cmd := exec.CommandContext(ctx, "node", "validate.mjs")
		cmd.Dir, cmd.Stdin, cmd.Stderr = dir, bytes.NewReader(document), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var result struct {
			Valid   bool   `json:"valid"`
			Version string `json:"version"`
		}
		if err := json.Unmarshal(out, &result); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return result.Valid, result.Version, string(out)
	}
	document := newSite(t).document(t)
	if valid, version, said := ask(document); !valid || version != "3.1" {
		t.Errorf("%s", said)
	}
	if valid, _, _ := ask(bytes.Replace(document, []byte(`"responses"`), []byte(`"answers"`), 1)); valid {
		t.Error("it finds no mistake in a document that has one")
	}
}
