package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/causeway-go/causeway/cli/project"
	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/templates"
	"github.com/spf13/cobra"
)

func (a *app) checkCommand() *cobra.Command {
	var store string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [FILE | FOLDER]...",
		Short: "Find every fault in chains, prompts and causeway.yaml",
		Long: `check reads chains, prompts, experiments, scripts and causeway.yaml, and prints
every fault it finds as file:line:column: what is wrong and what would be right.
It asks no model.

Of a folder it checks every YAML file that begins with schema: causeway.… .
Prompts among the files stand in for those of the store, whatever alias a chain
names, so a folder can be checked before it is pushed.`,
		Example: `  causeway check .
  causeway check support.yaml
  causeway check --store file:prompts chains/`,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return a.check(cmd.Context(), args, store, asJSON)
		}),
	}
	cmd.Flags().StringVar(&store, "store", "", "where prompts are, in place of causeway.yaml's: s3://bucket/prefix or file:`dir`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the faults as JSON")
	return cmd
}

// checkReport is what check --json prints.
type checkReport struct {
	Files  int     `json:"files"`
	Faults []fault `json:"faults"`
}

func (a *app) check(ctx context.Context, args []string, store string, asJSON bool) error {
	files, err := sources(args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return usagef("there is nothing to check in %s: no YAML file begins with schema: causeway.…", strings.Join(args, ", "))
	}
	faults, err := a.faults(ctx, files, store)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	if asJSON {
		err = writeJSON(a.io.Out, checkReport{Files: len(files), Faults: faults})
	} else {
		err = a.tellFaults(files, faults)
	}
	if err == nil && len(faults) > 0 {
		return errTold
	}
	return err
}

// faults checks files, prompts before the chains that may name them. An error
// is something around the command that keeps it from checking.
func (a *app) faults(ctx context.Context, files []source, store string) ([]fault, error) {
	faults := []fault{}
	local := &localPrompts{}
	for _, f := range files {
		var err error
		switch f.kind {
		case kindPrompt:
			var t *templates.Template
			if t, err = local.add(ctx, f.path); err == nil {
				faults = append(faults, testFaults(t, f.path)...)
			}
		case kindProject:
			_, err = project.Load(f.path)
		case kindScript:
			_, err = responder(f.path)
		case kindTrial:
			_, err = readExperiment(f.path)
		case kindChain:
			continue
		default:
			err = unknownKind(f)
		}
		if err != nil {
			faults = append(faults, faultsOf(err, "", f.path)...)
		}
	}
	for _, f := range files {
		if f.kind == kindChain {
			more, err := a.chainFaults(ctx, f.path, store, local)
			if err != nil {
				return nil, err
			}
			faults = append(faults, more...)
		}
	}
	slices.SortStableFunc(faults, fault.compare)
	return slices.Compact(faults), nil
}

// chainFaults loads one chain as run would, without anything that run needs
// only to ask models.
func (a *app) chainFaults(ctx context.Context, file, store string, local *localPrompts) ([]fault, error) {
	w, err := a.open(file, places{dry: true, store: store})
	if isUsage(err) {
		return nil, err
	}
	var faults []fault
	if err != nil {
		faults = faultsOf(err, "", file)
		if _, ok := errors.AsType[project.Faults](err); !ok {
			return faults, nil
		}
	}
	defer w.Close()
	w.local = local
	_, err = w.load(ctx, file)
	if err == nil {
		return faults, nil
	}
	if w.models.setup != nil {
		return nil, w.models.setup
	}
	return append(faults, faultsOf(err, "", file)...), nil
}

// testFaults are the golden tests of a prompt that fail.
func testFaults(t *templates.Template, file string) []fault {
	var faults []fault
	for _, r := range t.Test() {
		for _, what := range r.Failed {
			faults = append(faults, fault{File: file, Line: r.Line, Column: 1, Message: fmt.Sprintf("test %q: %s", r.Name, what)})
		}
	}
	return faults
}

// unknownKind is the fault of a file that was named and is none of ours.
func unknownKind(f source) error {
	info, err := os.Stat(f.path)
	if err == nil && info.Size() == 0 {
		return errors.New("the file is empty")
	}
	var forms []string
	for _, k := range kinds {
		forms = append(forms, string(k))
	}
	if f.kind != "" {
		return fmt.Errorf("there is no form %s; there are %s", f.kind, strings.Join(forms, ", "))
	}
	return fmt.Errorf("no line says what this file is; begin it with schema: and one of %s", strings.Join(forms, ", "))
}

func (a *app) tellFaults(files []source, faults []fault) error {
	style := a.outStyle()
	bad := map[string]bool{}
	for _, f := range faults {
		bad[f.File] = true
		where, what, _ := strings.Cut(f.String(), ": ")
		if _, err := fmt.Fprintln(a.io.Out, style.Bold(where+":"), what); err != nil {
			return err
		}
	}
	if len(faults) > 0 {
		_, err := fmt.Fprintln(a.io.Out, style.Red(fmt.Sprintf("%s in %s", screen.Count(len(faults), "fault"), screen.Count(len(bad), "file"))))
		return err
	}
	_, err := fmt.Fprintln(a.io.Out, style.Green("no faults in "+inventory(files)))
	return err
}

// inventory counts files by kind: "1 chain, 2 prompts".
func inventory(files []source) string {
	var parts []string
	for _, k := range kinds {
		n := 0
		for _, f := range files {
			if f.kind == k {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, screen.Count(n, k.noun()))
		}
	}
	return strings.Join(parts, ", ")
}
