package project

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Every testdata/*.txtar holds files named *.yaml and, for each that is wrong,
// the faults it must give under the same name with .faults behind it.
func TestFaults(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := &txtar.Archive{Comment: archive.Comment}
			for _, file := range archive.Files {
				if !strings.HasSuffix(file.Name, ".yaml") {
					continue
				}
				got.Files = append(got.Files, file)
				if _, err := Parse(file.Data, file.Name); err != nil {
					got.Files = append(got.Files, txtar.File{Name: file.Name + ".faults", Data: []byte(err.Error() + "\n")})
				}
			}
			if *update {
				if err := os.WriteFile(path, txtar.Format(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(got))); diff != "" {
				t.Errorf("-want +got (rewrite with -update):\n%s", diff)
			}
		})
	}
}

func TestParse(t *testing.T) {
	base := t.TempDir()
	got, err := Parse([]byte(`
schema: causeway.project/v1
region: us-east-1
models:
  sonnet: {id: us.anthropic.claude-sonnet-4-5-20250929-v1:0, fallbacks: [haiku], quota: {rpm: 50, tpm: 200_000}, price: {input: 3, output: 15, cacheRead: 0.3}}
  haiku: {id: us.anthropic.claude-haiku-4-5-20251001-v1:0, region: us-west-2}
prompts: s3://acme-prompts/causeway/
memory: {default: {folder: .causeway/memory}, scratch: inProcess}
tools: [calculator, http]
http: {allow: [api.example.com]}
jobs:
  queue: https://sqs.us-east-1.amazonaws.com/123456789012/jobs
  bucket: s3://acme-jobs/causeway
  documents: {chain: summarise, text: document}
  callbacks: [hooks.example.com]
`), filepath.Join(base, FileName))
	if err != nil {
		t.Fatal(err)
	}
	want := &Project{
		Path:   filepath.Join(base, FileName),
		Region: "us-east-1",
		Models: map[string]Model{
			"sonnet": {ID: "us.anthropic.claude-sonnet-4-5-20250929-v1:0", Fallbacks: []string{"haiku"}, Quota: Quota{RPM: 50, TPM: 200000}, Price: Price{Input: 3, Output: 15, CacheRead: 0.3}},
			"haiku":  {ID: "us.anthropic.claude-haiku-4-5-20251001-v1:0", Region: "us-west-2"},
		},
		Prompts: Location{Bucket: "acme-prompts", Prefix: "causeway"},
		Memory:  map[string]Memory{"default": {Folder: filepath.Join(base, ".causeway/memory")}, "scratch": {InProcess: true}},
		Tools:   []string{"calculator", "http"},
		HTTP:    HTTP{Allow: []string{"api.example.com"}},
		Jobs: Jobs{
			Queue: "https://sqs.us-east-1.amazonaws.com/123456789012/jobs", Bucket: Location{Bucket: "acme-jobs", Prefix: "causeway"},
			Documents: Documents{Chain: "summarise", Text: "document"}, Callbacks: []string{"hooks.example.com"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFindGoesUpward(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "chains", "support")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(root, FileName)
	if err := os.WriteFile(want, []byte("schema: "+Schema+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{filepath.Join(deep, "chain.yaml"), deep, root} {
		if got, err := Find(from); err != nil || got != want {
			t.Errorf("Find(%s) = %q, %v; want %q", from, got, err, want)
		}
	}
	if _, err := Load(want); err != nil {
		t.Errorf("Load: %v", err)
	}
}

func TestLoadRefusesLargeAndMissingFiles(t *testing.T) {
	large := filepath.Join(t.TempDir(), FileName)
	if err := os.WriteFile(large, make([]byte, 5<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	var faults Faults
	if _, err := Load(large); !errors.As(err, &faults) || !strings.Contains(err.Error(), "5242880 bytes") {
		t.Errorf("5 MB: %v", err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

func TestParseLocation(t *testing.T) {
	for text, want := range map[string]Location{
		"s3://bucket":       {Bucket: "bucket"},
		"s3://bucket/a/b/":  {Bucket: "bucket", Prefix: "a/b"},
		"file:prompts":      {Dir: "/base/prompts"},
		"prompts":           {Dir: "/base/prompts"},
		"file:/var/prompts": {Dir: "/var/prompts"},
		"ssm:/team/prompts": {Service: ParameterStore, Prefix: "/team/prompts"},
		"secrets:team":      {Service: SecretsManager, Prefix: "team"},
		"bedrock:":          {Service: PromptManagement},
	} {
		if got, err := ParseLocation(text, "/base"); err != nil || got != want {
			t.Errorf("ParseLocation(%q) = %+v, %v; want %+v", text, got, err, want)
		} else if again, err := ParseLocation(got.String(), "/base"); err != nil || again != got {
			t.Errorf("%q became %q, which is %+v, %v", text, got, again, err)
		}
	}
	for _, text := range []string{"", "s3://", "s3://UPPER", "s3:///x", "gs://bucket", "file:"} {
		if got, err := ParseLocation(text, "/base"); err == nil {
			t.Errorf("ParseLocation(%q) = %+v, want an error", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("schema: causeway.project/v1\nmodels: {a: {id: amazon.nova-lite-v1:0}}\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("\x00\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := Parse(body, FileName)
		if p == nil {
			t.Fatalf("Parse gave no project: %v", err)
		}
		if err != nil && !strings.Contains(err.Error(), FileName) {
			t.Fatalf("the error names no file: %v", err)
		}
	})
}
