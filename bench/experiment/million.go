package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/causeway-go/causeway/experiment"
)

// million times the analysis of a folder of n outcomes, a tenth as many units,
// each outcome with the values of a run.
func million(n int) error {
	dir, err := os.MkdirTemp("", "experiment")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	e, err := experiment.Parse([]byte(`schema: causeway.experiment/v1
key: million
variants: [{key: control}, {key: warm}]
metrics:
  primary: {name: csat, kind: mean}
  secondary: [{name: cost, kind: sum}]
  guardrails: [{name: error, kind: ratio, worseBy: 0.02}, {name: latency_ms, worseBy: 100}]
`))
	if err != nil {
		return err
	}
	if err := fill(experiment.NewFolderLog(dir), e, n); err != nil {
		return err
	}
	before, spent := peak(), cpu()
	began := time.Now()
	r, err := experiment.Analyze(e, experiment.NewFolderLog(dir).Read(context.Background(), e.Key), nil)
	if err != nil {
		return err
	}
	fmt.Printf("%d outcomes of %d units in a folder: analysed in %v (%v of CPU), %d MB at most (%d MB before)\n",
		n, r.Arms[0].Units+r.Arms[1].Units, time.Since(began).Round(time.Millisecond), (cpu() - spent).Round(time.Millisecond), peak(), before)
	return nil
}

func fill(log *experiment.FolderLog, e *experiment.Experiment, n int) error {
	var batch []experiment.Record
	for i := range n {
		unit := experiment.UnitID(e.Key, strconv.Itoa(i/10))
		a := e.Assign(unit)
		at := start.Add(time.Duration(i) * time.Second)
		if i%10 == 0 {
			batch = append(batch, experiment.Record{ID: "x-" + unit, Kind: experiment.Exposure, Time: at, Experiment: e.Key, Variant: a.Variant.Key, Unit: unit})
		}
		batch = append(batch, experiment.Record{
			ID: "r-" + strconv.Itoa(i), Kind: experiment.Outcome, Time: at, Experiment: e.Key, Variant: a.Variant.Key, Unit: unit, RunID: strconv.Itoa(i),
			Values: map[string]float64{"csat": float64(i % 5), "cost": 0.01, "error": 0, "latency_ms": float64(800 + i%400)},
		})
		if len(batch) > 10_000 || i == n-1 {
			if err := log.Append(context.Background(), batch...); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return log.Close()
}

// cpu is what the process has used: it does not depend on who else computes.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak is the most memory the process has had, in MB, as Linux tells it.
func peak() int {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), "VmHWM:"); found {
			kb, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(rest, "kB")))
			return kb / 1024
		}
	}
	return 0
}
