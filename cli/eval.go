package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/causeway-go/causeway/cli/screen"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/experiment/grade"
	"github.com/spf13/cobra"
)

type evalFlags struct {
	places    places
	dataset   string
	variants  string
	output    string
	graders   []string
	judge     string
	junit     string
	failUnder float64
	json      bool
	options   experiment.EvalOptions
}

func (a *app) evalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "eval",
		Short:   "Ask a chain the cases of a dataset and grade the answers",
		Example: `  causeway eval run support.yaml --dataset tickets.jsonl --grader exact --fail-under 0.9`,
	}
	cmd.AddCommand(a.evalRun())
	a.group(cmd)
	return cmd
}

func (a *app) evalRun() *cobra.Command {
	var f evalFlags
	cmd := &cobra.Command{
		Use:   "run CHAIN.yaml...",
		Short: "Evaluate a chain, or several or the variants of an experiment side by side",
		Long: `run asks every case of a dataset (JSON lines with id, input, reference, category)
and grades the answers. Several chains, or with --variants each variant of an
experiment, are compared with the first, case by case. Graders are those of docs/experiments.md: exact,
contains:WORD, regex:PATTERN, numeric:5%, latency:2s, judge:RUBRIC and others.`,
		Example: `  causeway eval run support.yaml --dataset tickets.jsonl --grader exact --fail-under 0.9 --junit report.xml
  causeway eval run support.yaml --dataset tickets.jsonl --variants tone.yaml --grader "judge:It is polite" --judge sonnet`,
		Args:              takesChains(&f.variants),
		ValidArgsFunction: completeFiles,
		RunE: a.does(func(cmd *cobra.Command, args []string) error {
			return a.eval(cmd.Context(), args, f)
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.dataset, "dataset", "", "the cases, a `file` of JSON lines")
	flags.StringVar(&f.variants, "variants", "", "an experiment's `file`, each variant of which is asked")
	flags.StringVar(&f.output, "output", "", "which `value` of the chain is the answer; without it the only one")
	flags.StringArrayVar(&f.graders, "grader", nil, "what a good answer is, a `grader` such as exact or numeric:5%; several may be given")
	flags.StringVar(&f.judge, "judge", "", "the `model` that judge: graders ask")
	flags.IntVar(&f.options.Repeats, "repeats", 1, "how often each case is asked")
	flags.IntVar(&f.options.Parallel, "parallel", 4, "how many answers are asked for at once")
	flags.StringVar(&f.options.Journal, "journal", "", "`file` of answers and scores: what is in it is not asked again")
	flags.Float64Var(&f.failUnder, "fail-under", 0, "exit with 1 when less than this share of the answers passes")
	flags.StringVar(&f.junit, "junit", "", "also write the cases as JUnit XML to this `file`")
	flags.BoolVar(&f.json, "json", false, "print JSON and nothing else")
	placesFlags(cmd, &f.places)
	return cmd
}

func (a *app) eval(ctx context.Context, files []string, f evalFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	dataset, err := readDataset(f.dataset)
	if err != nil {
		return err
	}
	w, err := a.open(files[0], f.places)
	if err != nil {
		return err
	}
	defer w.Close()
	if f.options.Graders, err = w.graders(ctx, f); err != nil {
		return err
	}
	subjects, err := w.subjects(ctx, files, f)
	if err != nil {
		return w.cause(err)
	}
	w.tell()
	if !f.json && screen.IsTerminal(a.io.Err) {
		f.options.Progress = a.progress
	}
	result, err := experiment.Evaluate(ctx, dataset, subjects, &f.options)
	if err != nil {
		return w.cause(err)
	}
	return a.tellEvaluation(result, f)
}

func readDataset(file string) (*experiment.Dataset, error) {
	if file == "" {
		return nil, usagef("name the cases: --dataset cases.jsonl")
	}
	body, err := readFile(file, nil)
	if err != nil {
		return nil, err
	}
	return experiment.ReadDataset(bytes.NewReader(body), file)
}

func (w *workspace) graders(ctx context.Context, f evalFlags) ([]experiment.Grader, error) {
	if len(f.graders) == 0 {
		return nil, usagef("say what a good answer is: --grader exact, contains:WORD, numeric:5%%, judge:RUBRIC, …")
	}
	o := &grade.ParseOptions{}
	if f.judge != "" {
		judge, err := w.models.model(ctx, f.judge)
		if err != nil {
			return nil, w.cause(usageError{"--judge: " + err.Error()})
		}
		o.Judge = judge
	}
	var graders []experiment.Grader
	for _, spec := range f.graders {
		g, err := grade.Parse(spec, o)
		if err != nil {
			return nil, usagef("--grader %s: %v", spec, err)
		}
		graders = append(graders, g)
	}
	return graders, nil
}

// subjects are what is asked: the chains, or each variant of the only one.
func (w *workspace) subjects(ctx context.Context, files []string, f evalFlags) ([]experiment.Subject, error) {
	if f.variants == "" {
		return w.chainSubjects(ctx, files, f)
	}
	file, version := files[0], ""
	if f.options.Journal != "" {
		var err error
		if version, err = w.version(file); err != nil {
			return nil, err
		}
	}
	e, err := readExperiment(f.variants)
	if err != nil {
		return nil, err
	}
	chains, err := w.variants(ctx, e, file)
	if err != nil {
		return nil, err
	}
	return e.Subjects(chains, f.output, version, w.cost())
}

// version is a hash of every file that what is asked may depend on: with another
// one, the answers in a journal are not those of today.
func (w *workspace) version(file string) (string, error) {
	if w.prompts.InAWS() {
		return "", usagef("--journal needs prompts in files, whose changes can be seen: add --store file:prompts")
	}
	places := []string{filepath.Dir(file)}
	for _, more := range []string{w.prompts.Dir, w.project.Path} {
		if more != "" {
			places = append(places, more)
		}
	}
	if w.script != "" && w.script != auto {
		places = append(places, w.script)
	}
	files, err := sources(places)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, f := range files {
		body, err := os.ReadFile(f.path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", f.path, len(body))
		h.Write(body)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// progress keeps one line up to date on a terminal.
func (a *app) progress(p experiment.Progress) {
	line := fmt.Sprintf("%d of %d answers", p.Done, p.Total)
	if p.Failed > 0 {
		line += fmt.Sprintf(", %d failed", p.Failed)
	}
	if p.Elapsed > 0 {
		line += fmt.Sprintf(" · %.1f a second", float64(p.Done-p.Cached)/p.Elapsed.Seconds())
	}
	if p.Left > 0 {
		line += " · " + screen.Seconds(p.Left.Round(time.Second)) + " left"
	}
	end := ""
	if p.Done == p.Total {
		end = "\n"
	}
	fmt.Fprint(a.io.Err, "\r"+line+"\x1b[K"+end)
}

func (a *app) tellEvaluation(result *experiment.Evaluation, f evalFlags) error {
	if f.junit != "" {
		var report bytes.Buffer
		if err := errors.Join(result.WriteJUnit(&report), os.WriteFile(f.junit, report.Bytes(), 0o644)); err != nil {
			return err
		}
	}
	var err error
	if f.json {
		err = writeJSON(a.io.Out, result)
	} else {
		err = result.WriteText(a.io.Out)
	}
	if err != nil || f.failUnder <= 0 {
		return err
	}
	return result.Gate(f.failUnder)
}
