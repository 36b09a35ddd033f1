package jobs_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/jobs/jobstest"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		workForEver(dir)
	}
	goleak.VerifyTestMain(m)
}

func folder(t *testing.T, dir string) *jobs.Folder {
	t.Helper()
	f, err := jobs.NewFolder(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // a test may have closed it
	return f
}

func TestConformance(t *testing.T) {
	jobstest.Run(t, func(t *testing.T) jobs.Backend { return folder(t, t.TempDir()) })
}
