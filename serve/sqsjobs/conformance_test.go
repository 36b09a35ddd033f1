package sqsjobs_test

import (
	"testing"

	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/jobs/jobstest"
)

func TestConformance(t *testing.T) {
	for name, k := range map[string]kind{"standard": standard, "fifo": fifo} {
		t.Run(name, func(t *testing.T) {
			jobstest.Run(t, func(t *testing.T) jobs.Backend { return newBench(t, k, 5).open(t, nil) })
		})
	}
}
