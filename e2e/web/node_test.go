package web

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// node runs a script of dir: in is its standard input as JSON, and what it
// prints is read into out.
func node(t *testing.T, dir, script string, in, out any) {
	t.Helper()
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", script)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(data)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", script, err, said, complaint.String())
	}
	if err := json.Unmarshal(said, out); err != nil {
		t.Fatalf("%s printed %s: %v", script, said, err)
	}
}
