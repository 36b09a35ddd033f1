package cli

import (
	"errors"

	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/experiment"
)

// explain is what a person is told about err: faults as they are, one a line,
// so that editors can jump to them; anything else after the command's name.
func (a *app) explain(err error) string {
	if _, ok := errors.AsType[*faultError](err); ok {
		return err.Error()
	}
	if _, ok := errors.AsType[project.Faults](err); ok {
		return err.Error()
	}
	if _, ok := errors.AsType[experiment.Faults](err); ok {
		return err.Error()
	}
	return "causeway: " + err.Error()
}
