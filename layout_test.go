package causeway

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/causeway-go/causeway/"

// Names for what many packages need.
const (
	llms       = "github.com/tmc/langchaingo/llms"
	schema     = "github.com/tmc/langchaingo/schema"
	callbacks  = "github.com/tmc/langchaingo/callbacks"
	yaml       = "gopkg.in/yaml.v3"
	jsonschema = "github.com/google/jsonschema-go/..."
	expr       = "github.com/expr-lang/expr/..."
	aws        = "github.com/aws/aws-sdk-go-v2/..."
	smithy     = "github.com/aws/smithy-go/..."
	gonum      = "gonum.org/v1/gonum/..."
)

// layout says which packages a folder may import beyond the standard library
// and internal/. A name without a dot is one of our own folders; one that ends
// in /... covers everything below. A folder that is not listed may import
// nothing. docs/design.md says why the lines run where they do.
var layout = map[string][]string{
	".":         {},
	"message":   {llms},
	"retry":     {"message", llms},
	"templates": {"message", llms, yaml, jsonschema},
	"memory":    {"message", llms, schema},
	"tools":     {"message", llms, jsonschema, expr},
	"chain":     {"templates", "memory", "tools", "message", "retry", llms, schema, callbacks, yaml, jsonschema, expr},
	"bedrock":   {"message", llms, aws, smithy},
	"serve":     {"serve/jobs", "serve/metrics", "serve/problem", "serve/internal/embed", "chain", "templates", "memory", "tools", "message", "retry", llms, jsonschema, "github.com/coder/websocket"},

	"retry/sdkretryer":                      {"retry", "message"},
	"bedrock/emulator":                      {"bedrock", "message", llms, aws, smithy, yaml, "bedrock/emulator/internal/..."},
	"templates/s3store":                     {"templates", "message", "retry", aws, smithy},
	"templates/ssmstore":                    {"templates", "message", "retry", aws, smithy},
	"templates/secretstore":                 {"templates", "message", "retry", aws, smithy},
	"templates/bedrockstore":                {"templates", "message", "retry", aws, smithy, jsonschema},
	"templates/storetest":                   {"templates", "message"},
	"memory/s3memory":                       {"memory", "message", "retry", llms, aws, smithy},
	"memory/dynamomemory":                   {"memory", "message", "retry", llms, aws, smithy},
	"memory/sqlitememory":                   {"memory", "message", "retry", llms, "modernc.org/sqlite"},
	"memory/memorytest":                     {"memory", "message", llms},
	"chain/lcchain":                         {"chain", "templates", "memory", "tools", "message", "retry", "github.com/tmc/langchaingo/..."},
	"chain/s3checkpoint":                    {"chain", "message", "retry", aws, smithy},
	"chain/checkpointtest":                  {"chain"},
	"serve/internal/embed":                  {},
	"serve/problem":                         {"chain", "retry"},
	"serve/jobs":                            {"serve/problem", "chain", "retry"},
	"serve/jobs/jobstest":                   {"serve/jobs", "chain", "chain/checkpointtest"},
	"serve/sqsjobs":                         {"serve/jobs", "serve/problem", "chain", "chain/s3checkpoint", "retry", aws, smithy},
	"serve/metrics":                         {"serve/problem", "chain", "message", "github.com/prometheus/client_golang/..."},
	"experiment":                            {"chain", "templates", "tools", "retry", llms, yaml, expr, "experiment/internal/stats"},
	"experiment/logtest":                    {"experiment"},
	"experiment/grade":                      {"experiment", "message", llms, jsonschema},
	"experiment/s3log":                      {"experiment", "retry", aws, smithy},
	"experiment/modeleval":                  {"experiment", aws},
	"experiment/internal/stats":             {gonum},
	"bedrock/emulator/internal/eventstream": {},
	"bedrock/emulator/internal/sigv4":       {},
	"cmd/causeway":                          {"cli"},
}

// free lists the folders that may import anything: they put the parts together.
var free = []string{"cli", "examples", "internal"}

func TestLayout(t *testing.T) {
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skipForeign(file)
		case !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		checkImports(t, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// skipForeign passes over nested modules and what is not Go code of ours.
func skipForeign(dir string) error {
	name := filepath.Base(dir)
	if dir == "." {
		return nil
	}
	if strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func checkImports(t *testing.T, file string) {
	t.Helper()
	folder := filepath.ToSlash(filepath.Dir(file))
	if top, _, _ := strings.Cut(folder, "/"); slices.Contains(free, top) {
		return
	}
	allowed, listed := layout[folder]
	if !listed {
		t.Errorf("%s: the folder %s is not in the layout; add it to layout_test.go and to docs/design.md", file, folder)
		return
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if !mayImport(allowed, imported) {
			t.Errorf("%s imports %s, which %s may not", file, imported, folder)
		}
	}
}

func mayImport(allowed []string, imported string) bool {
	name, ours := strings.CutPrefix(imported, module)
	if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") && (!ours || first == "internal") {
		return true // the standard library, or internal/
	}
	for _, a := range allowed {
		if a == name || strings.HasSuffix(a, "/...") && strings.HasPrefix(name+"/", strings.TrimSuffix(a, "...")) {
			return true
		}
	}
	return false
}

func TestMayImport(t *testing.T) {
	allowed := []string{"message", llms, aws}
	for imported, want := range map[string]bool{
		"fmt":                           true,
		"go/parser":                     true,
		module + "message":              true,
		module + "internal/yamlpos":     true,
		module + "bedrock":              false,
		module + "message/deeper":       false,
		llms:                            true,
		llms + "/openai":                false,
		"github.com/aws/aws-sdk-go-v2":  true,
		path.Dir(aws) + "/service/s3":   true,
		"github.com/aws/aws-sdk-go":     false,
		"github.com/tmc/langchaingo":    false,
		"gopkg.in/yaml.v3":              false,
		"github.com/someone/else/entir": false,
	} {
		if got := mayImport(allowed, imported); got != want {
			t.Errorf("mayImport(%s) = %v, want %v", imported, got, want)
		}
	}
}
