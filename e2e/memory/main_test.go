// Package memory runs memory/memorytest against real servers: S3 by versitygw,
// in this process, and DynamoDB by dynalite, an npm package.
package memory

import (
	"os"
	"testing"

	"github.com/causeway-go/causeway/e2e/internal/gateway"
)

func TestMain(m *testing.M) { os.Exit(gateway.Run(m)) }
