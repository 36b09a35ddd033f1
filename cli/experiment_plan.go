package cli

import (
	"fmt"

	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/experiment"
	"github.com/spf13/cobra"
)

// plan is what plan --json prints.
type plan struct {
	PerVariant int     `json:"perVariant"` // units; 0: nothing would be enough
	Total      int     `json:"total"`
	Power      float64 `json:"power"`
}

func (a *app) experimentPlan() *cobra.Command {
	var base, sd, delta, power float64
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "plan FILE.yaml",
		Short: "Say how many units an effect needs to be seen",
		Example: `  causeway experiment plan tone.yaml --base 0.70 --delta 0.03   # a share, from 70 to 73 %
  causeway experiment plan tone.yaml --sd 1.2 --delta 0.1       # a mean that scatters by 1.2`,
		Args:              takes(1),
		ValidArgsFunction: completeFile,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			shares, means := cmd.Flags().Changed("base"), cmd.Flags().Changed("sd")
			switch {
			case shares == means:
				return usagef("say what the metric is: --base 0.70 for a share, or --sd 1.2 for a mean")
			case delta == 0:
				return usagef("say which difference should be seen: --delta 0.03")
			case power <= 0 || power >= 1:
				return usagef("--power is between 0 and 1, such as 0.8")
			}
			e, err := readExperiment(args[0])
			if err != nil {
				return err
			}
			p := experiment.PlanMean(sd, delta, power, e.Decision)
			if shares {
				p = experiment.PlanShare(base, delta, power, e.Decision)
			}
			return a.tellPlan(e, p, asJSON)
		}),
	}
	flags := cmd.Flags()
	flags.Float64Var(&base, "base", 0, "the share today, between 0 and 1")
	flags.Float64Var(&sd, "sd", 0, "the standard deviation of the metric between units")
	flags.Float64Var(&delta, "delta", 0, "the difference that should be seen")
	flags.Float64Var(&power, "power", 0.8, "how likely it should be seen")
	flags.BoolVar(&asJSON, "json", false, "print JSON and nothing else")
	return cmd
}

func (a *app) tellPlan(e *experiment.Experiment, p experiment.Plan, asJSON bool) error {
	total := p.PerVariant * len(e.Variants)
	switch {
	case asJSON:
		return writeJSON(a.io.Out, plan{p.PerVariant, total, p.Power})
	case p.PerVariant == 0:
		_, err := fmt.Fprintln(a.io.Out, "no number of units would be enough")
		return err
	}
	_, err := fmt.Fprintf(a.io.Out, "%s a variant, %d in all\n", screen.Count(p.PerVariant, string(e.Unit)), total)
	return err
}
