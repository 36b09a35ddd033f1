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
		hosts := p.HTTP.Allow
		if len(hosts) == 0 {
			hosts = []string{"*"} // which is said before a run: see workspace.tell
		}
		return tools.HTTPGet(&tools.HTTPOptions{Hosts: hosts})
	}
	return nil, fmt.Errorf("there is no built-in tool %q", name)
}
