package experiment_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/causeway-go/causeway/experiment"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("EXPERIMENT_WRITER"); dir != "" {
		writeForever(dir)
	}
	goleak.VerifyTestMain(m)
}

// writeForever is the child of TestKilledWriters.
func writeForever(dir string) {
	log := experiment.NewFolderLog(dir)
	for i := 0; ; i++ {
		r := experiment.Record{
			ID: fmt.Sprint(os.Getpid(), "-", i), Kind: experiment.Outcome, Time: time.Now(), Experiment: "killed",
			Unit: "u", Values: map[string]float64{"m": float64(i)},
		}
		if err := log.Append(context.Background(), r); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(i) // after Append returned: this record must survive
	}
}
