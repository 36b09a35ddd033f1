package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A causeway.yaml that changes together with a file that has faults still
// counts once those are mended.
func TestServeKeepsAChangedProjectInMind(t *testing.T) {
	s := startSite(t)
	s.write("causeway.yaml", strings.ReplaceAll(siteProject, "lite", "pro"))
	s.write("greet.yaml", siteChain+"outputs: []\n")
	s.look(t.Context())
	s.wants("you said good morning")
	s.says("greet.yaml:7:1: ")

	s.write("greet.yaml", siteChain)
	s.look(t.Context())
	s.wants("amazon.nova-pro-v1:0")
}

// A causeway.yaml may also go, or come.
func TestServeProjectComesAndGoes(t *testing.T) {
	s := startSite(t)
	nova := strings.ReplaceAll(sitePrompt("good morning"), "haiku", "amazon.nova-micro-v1:0")
	if err := os.Remove(filepath.Join(s.dir, "causeway.yaml")); err != nil {
		t.Fatal(err)
	}
	s.look(t.Context())
	s.says("haiku", "the last version without faults is still served")
	s.write("prompts/hello.yaml", nova)
	s.look(t.Context())
	s.wants("amazon.nova-micro-v1:0")

	s.write("causeway.yaml", siteProject)
	s.write("prompts/hello.yaml", sitePrompt("good night"))
	s.look(t.Context())
	s.wants("amazon.nova-lite-v1:0")
}

// What models have learned outlives a changed prompt, and is not shared with a
// changed project.
func TestServeSharesWorkspace(t *testing.T) {
	s := startSite(t)
	first := s.workspace
	s.write("prompts/hello.yaml", sitePrompt("good night"))
	s.look(t.Context())
	if s.workspace != first {
		t.Error("a changed prompt has closed the models")
	}
	s.write("causeway.yaml", strings.ReplaceAll(siteProject, "lite", "pro"))
	s.look(t.Context())
	if s.workspace == first {
		t.Error("a changed causeway.yaml was not read")
	}
}

func TestServeMissesTheChainOfAnExperiment(t *testing.T) {
	s := startSite(t)
	s.write("causeway.yaml", siteProject+"experiments: {run: {great: tone.yaml}}\n")
	s.write("tone.yaml", "schema: causeway.experiment/v1\nkey: tone\nunit: conversation\nvariants: [{key: a, model: haiku}, {key: b, model: haiku}]\nmetrics: {primary: {name: csat}}\n")
	s.look(t.Context())
	s.says(`experiments names the chain "great", which is not here; did you mean "greet"?`, "still served")
	s.wants("you said good morning")
}
