package project_test

import (
	"fmt"

	"github.com/causeway-go/causeway/cli/project"
)

func ExampleParse() {
	_, err := project.Parse([]byte(`schema: causeway.project/v1
models:
  haiku: {id: us.anthropic.claude-haiku-4-5-20251001-v1:0}
  sonnet: {id: us.anthropic.claude-sonnet-4-5-20250929-v1:0, fallbacks: [haikku]}
tool: [clock]
`), "causeway.yaml")
	fmt.Println(err)
	// Output:
	// causeway.yaml:4:74: model sonnet falls back on "haikku", which is not under models; did you mean "haiku"?
	// causeway.yaml:5:1: unknown field "tool" in the project; did you mean "tools"?
}
