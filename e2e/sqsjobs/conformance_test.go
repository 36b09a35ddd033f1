package sqsjobs

import (
	"testing"

	"github.com/causeway-go/causeway/serve/jobs"
	"github.com/causeway-go/causeway/serve/jobs/jobstest"
)

// TestConformance: what every backend must do, over servers that are not ours.
func TestConformance(t *testing.T) {
	t.Parallel()
	server := startFauxqs(t)
	for name, fifo := range map[string]bool{"standard": false, "fifo": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			jobstest.Run(t, func(t *testing.T) jobs.Backend { return newPlace(t, server, "conform-"+name, fifo).backend })
		})
	}
}
