package storetest_test

import (
	"fmt"
	"testing"

	"github.com/causeway-go/causeway/templates"
	"github.com/causeway-go/causeway/templates/storetest"
)

// TestRun is all that the test of a store has to be.
func TestRun(t *testing.T) {
	storetest.Run(t, func(*testing.T) templates.Store { return templates.NewInProcess() }, nil)
}

// Body makes a right prompt file for tests of one's own.
func ExampleBody() {
	t, err := templates.Parse(storetest.Body("greet", "Hello."))
	fmt.Println(t.Name(), err)
	// Output: greet <nil>
}
