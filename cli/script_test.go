package cli_test

import (
	"bytes"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/causeway-go/causeway/cli"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected outputs in testdata/script")

// The scripts run the real command as a process of its own: causeway; teamway,
// which is what a team builds with a Go tool of its own; and the helpers of
// programs_test.go.
func TestMain(m *testing.M) {
	os.Setenv("GORACE", "atexit_sleep_ms=0") // under -race every process would sleep a second at its end
	testscript.Main(m, map[string]func(){
		"causeway": func() { cli.Main(nil) },
		"teamway":  func() { cli.Main(team()) },
		"onresume": onResume,
		"emulated": emulated,
		"served":   served,
	})
}

func TestScripts(t *testing.T) {
	bucket := httptest.NewServer(gofakes3.New(s3mem.New(), gofakes3.WithAutoBucket(true)).Server())
	t.Cleanup(bucket.Close) // after the scripts, which run in parallel
	big := filepath.Join(t.TempDir(), "big.yaml")
	if err := os.WriteFile(big, bytes.Repeat([]byte("schema: causeway.chain/v1\n"), 200_000), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("S3_URL", bucket.URL)
			env.Setenv("BIG", big)
			// No script reaches AWS: there is nothing to reach it with.
			env.Setenv("GORACE", os.Getenv("GORACE"))
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("AWS_CONFIG_FILE", env.WorkDir+"/no-config")
			env.Setenv("AWS_SHARED_CREDENTIALS_FILE", env.WorkDir+"/no-credentials")
			return nil
		},
	})
}
