// Package experiment runs experiment/logtest, and an analysis of what several
// machines wrote, against a real S3 server: versitygw, in this process.
package experiment

import (
	"os"
	"testing"

	"github.com/causeway-go/causeway/e2e/internal/gateway"
)

func TestMain(m *testing.M) { os.Exit(gateway.Run(m)) }
