package emulator

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/e2e/internal/npm"
)

// block is the first code of a language that holds some words in
// docs/emulator.md, with the address of s.
func block(t *testing.T, language, words string, s *emulator.Server) string {
	t.Helper()
	guide, err := os.ReadFile("../../docs/emulator.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(guide), "```"+language+"\n")[1:] {
		code, _, _ := strings.Cut(part, "```")
		if strings.Contains(code, words) {
			return strings.ReplaceAll(code, "http://127.0.0.1:8099", s.URL)
		}
	}
	t.Fatalf("docs/emulator.md holds no %s about %s", language, words)
	return ""
}

// TestGuide runs the guide's Node program and its curl command as they are.
func TestGuide(t *testing.T) {
	dir := npm.Installed(t)
	emu := emulator.New(nil)
	s, err := emu.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	program := filepath.Join(dir, "guide.mjs")
	if err := os.WriteFile(program, []byte(block(t, "js", "ConverseStreamCommand", s)), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"node", program}, {"sh", "-c", block(t, "sh", "curl", s)}} {
		if command[0] == "sh" {
			if _, err := exec.LookPath("curl"); err != nil {
				t.Log("curl is not installed")
				continue
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		out, err := exec.CommandContext(ctx, command[0], command[1:]...).Output()
		if err != nil || !strings.Contains(string(out), "scripted reply") {
			t.Errorf("%s printed %q, %v", command[0], out, err)
		}
	}
	if n := len(emu.Calls()); n == 0 {
		t.Error("nobody called")
	}
}
