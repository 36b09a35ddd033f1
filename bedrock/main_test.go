package bedrock_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when a test leaves a goroutine behind: a stream not closed, a
// watch not stopped.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
