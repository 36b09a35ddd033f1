package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The example finds the better variant, and its page is written.
func TestRun(t *testing.T) {
	page := filepath.Join(t.TempDir(), "report.html")
	out := capture(t, func() error { return run(t.Context(), 400, false, page) })
	if !strings.Contains(out, "ship warm: its csat is") {
		t.Errorf("no verdict in\n%s", out)
	}
	if body, err := os.ReadFile(page); err != nil || !strings.Contains(string(body), "<svg") {
		t.Errorf("the page has no drawing: %v", err)
	}
}

func TestRunWithoutADifference(t *testing.T) {
	out := capture(t, func() error { return run(t.Context(), 200, true, "") })
	if strings.Contains(out, "ship") || !strings.Contains(out, "keep collecting") {
		t.Errorf("a winner among equals in\n%s", out)
	}
}

func capture(t *testing.T, f func() error) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = file
	defer func() { os.Stdout = stdout }()
	if err := f(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
