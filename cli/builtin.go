package cli

import (
	"fmt"

	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/tools"
)

// builtinTool makes the tool that causeway.yaml calls name.
func builtinTool(name string, p *project.Project) (*tools.Tool, error) {
	switch name {
	case "calculator":
		return tools.Calculator(), nil
	case "clock":
		return tools.Clock(), nil
	case "http":
		return tools.HTTPGet(&tools.HTTPOptions{Hosts: p.HTTP.Allow})
	}
	return nil, fmt.Errorf("there is no built-in tool %q", name)
}
