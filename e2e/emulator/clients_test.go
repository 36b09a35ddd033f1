package emulator

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/causeway-go/causeway/bedrock/emulator"
	"github.com/causeway-go/causeway/e2e/internal/npm"
)

const greeting = "Hello, this is a scripted reply."

// options make an emulator that checks every signature, and throttles the
// calls of one model: the first, which gives up, and the second, which is
// retried.
func options() *emulator.Options {
	return &emulator.Options{
		Auth: &emulator.Auth{},
		Responder: emulator.Script(
			emulator.Turn{When: emulator.Match{ResultOf: "weather"}, Text: `The sky is {{json "weather" "sky"}}.`},
			emulator.Turn{
				When: emulator.Match{Text: `/weather in (\w+)/`, Tool: "weather"}, Text: "Let me look.",
				ToolCalls: []emulator.ToolCall{{Name: "weather", Input: map[string]any{"city": "{{group 1}}"}}},
			},
			emulator.Turn{When: emulator.Match{Text: "hello"}, Text: greeting},
		),
		Faults: []emulator.Fault{{Model: "*opus*", First: 2, Error: &emulator.Failure{Code: "ThrottlingException", Message: "Too many requests, please wait before trying again."}}},
	}
}

// run runs a script against a new emulator and decodes what it reports.
func run(t *testing.T, dir, script string, tls bool) (map[string]map[string]any, []emulator.Call) {
	t.Helper()
	emu := emulator.New(options())
	s, err := emu.Listen(&emulator.ListenOptions{TLS: tls})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "EMULATOR_URL="+s.URL, "AWS_ACCESS_KEY_ID="+emulator.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+emulator.SecretAccessKey)
	if tls {
		bundle := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(bundle, s.CertPEM, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, "NODE_EXTRA_CA_CERTS="+bundle)
	}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, complaint.String())
	}
	var got map[string]map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%s printed %s: %v", script, out, err)
	}
	return got, emu.Calls()
}

func TestClients(t *testing.T) {
	dir := npm.Installed(t)
	for _, tt := range []struct {
		script    string
		tls       bool
		stop      string // the reason in the client's words
		throttled string // the name of the error
	}{
		{"aws.mjs", false, "end_turn", "ThrottlingException"},
		{"aisdk.mjs", false, "stop", "AI_APICallError"},
		{"langchain.mjs", true, "end_turn", "ThrottlingException"},
	} {
		t.Run(tt.script, func(t *testing.T) {
			got, calls := run(t, dir, tt.script, tt.tls)
			check := func(name, key string, want any) {
				t.Helper()
				if got[name][key] != want {
					t.Errorf("%s: %s is %v, want %v", name, key, got[name][key], want)
				}
			}
			check("converse", "text", greeting)
			check("converse", "stop", tt.stop)
			check("stream", "text", greeting)
			check("stream", "stop", tt.stop)
			if n, _ := got["stream"]["chunks"].(float64); n < 6 {
				t.Errorf("the stream came in %v chunks", n)
			}
			if in, _ := got["tool"]["input"].(map[string]any); in["city"] != "Rome" {
				t.Errorf("the tool was called with %v", in)
			}
			check("tool", "text", "The sky is clear.")
			check("throttle", "name", tt.throttled)
			if tt.script == "aws.mjs" {
				check("invoke", "text", greeting)
				check("retried", "attempts", 2.0)
			}
			throttles := 0
			for _, c := range calls {
				if c.Status == 429 {
					throttles++
				} else if c.Status != 200 {
					t.Errorf("%s of %s answered %d %s", c.Operation, c.ModelID, c.Status, c.Error)
				}
			}
			if throttles != 2 {
				t.Errorf("%d calls were throttled, want 2", throttles)
			}
			t.Logf("%d calls", len(calls))
		})
	}
}
