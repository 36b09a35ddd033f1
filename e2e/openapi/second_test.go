package openapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A validator by somebody else, in another language, on the official schema.
func TestSecondOpinion(t *testing.T) {
	dir := installed(t)
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

// installed returns a folder with the script and the packages of
// package-lock.json. The packages stay in the user's cache between runs.
func installed(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	lock := read(t, "package-lock.json")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(lock)
	dir := filepath.Join(cache, "causeway", "e2e-openapi-"+hex.EncodeToString(sum[:6]))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"validate.mjs", "package.json", "package-lock.json"} {
		if err := os.WriteFile(filepath.Join(dir, name), read(t, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	done := filepath.Join(dir, "node_modules", ".package-lock.json") // npm writes it last
	if _, err := os.Stat(done); err == nil {
		return dir
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	return dir
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
