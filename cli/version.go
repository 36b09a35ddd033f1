package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of the command",
		Args:  takes(0),
		RunE: a.does(func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.io.Out, "causeway", version())
			return err
		}),
	}
}

// version is what the Go command knows of this build: the module's version, or
// the commit of a build from a working tree.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	if text == "" || text == "(devel)" {
		text = "devel"
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				text += " " + s.Value[:12]
			}
		}
	}
	return text + " " + info.GoVersion
}
