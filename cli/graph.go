package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) graphCommand() *cobra.Command {
	var format, store string
	cmd := &cobra.Command{
		Use:   "graph CHAIN.yaml",
		Short: "Draw a chain's flow, as Mermaid or DOT",
		Example: `  causeway graph support.yaml > flow.mmd
  causeway graph support.yaml --format dot | dot -Tsvg > flow.svg`,
		Args:              takes(1),
		ValidArgsFunction: completeFile,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			if format != "mermaid" && format != "dot" {
				return usagef("--format is mermaid or dot, not %q", format)
			}
			w, err := a.open(args[0], places{dry: true, store: store})
			if err != nil {
				return err
			}
			defer w.Close()
			c, err := w.load(cmd.Context(), args[0])
			if err != nil {
				return w.cause(err)
			}
			text := c.Mermaid()
			if format == "dot" {
				text = c.DOT()
			}
			_, err = fmt.Fprint(a.io.Out, text)
			return err
		}),
	}
	cmd.Flags().StringVar(&format, "format", "mermaid", "`form` of the drawing: mermaid or dot")
	cmd.Flags().StringVar(&store, "store", "", "where prompts are, in place of causeway.yaml's: s3://bucket/prefix or file:`dir`")
	return cmd
}
