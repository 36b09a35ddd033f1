package experiment

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/e2e/internal/gateway"
	"github.com/causeway-go/causeway/experiment"
	"github.com/causeway-go/causeway/experiment/logtest"
	"github.com/causeway-go/causeway/experiment/s3log"
)

func bucket(t *testing.T, name string) *s3.Client {
	t.Helper()
	c := gateway.Client(gateway.URL)
	if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(name)}); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestConformance(t *testing.T) {
	client := bucket(t, "conformance")
	logtest.Run(t, func() experiment.Log { return s3log.New(client, "conformance", &s3log.Options{Prefix: "causeway/"}) })
}

// Four machines write 5,000 units each, every record twice, and read one
// verdict: more objects than one page of a listing holds.
func TestManyMachines(t *testing.T) {
	const machines, units, flushes = 4, 5000, 300
	client := bucket(t, "many")
	e, err := experiment.Parse([]byte("schema: causeway.experiment/v1\nkey: many\nvariants: [{key: control}, {key: warm}]\nmetrics: {primary: {name: csat}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	errs := make([]error, machines)
	var group sync.WaitGroup
	for m := range machines {
		group.Go(func() {
			log := s3log.New(client, "many", &s3log.Options{Period: time.Hour})
			for i := range units {
				unit := fmt.Sprint(m, "-", i)
				a := e.Assign(unit)
				at := time.Now()
				x := experiment.Record{ID: "x" + unit, Kind: experiment.Exposure, Time: at, Experiment: e.Key, Unit: unit, Variant: a.Variant.Key}
				o := experiment.Record{ID: "o" + unit, Kind: experiment.Outcome, Time: at, Experiment: e.Key, Unit: unit, Values: map[string]float64{"csat": float64(2 + i%3 + a.Index)}}
				errs[m] = errors.Join(errs[m], log.Append(t.Context(), x, o, x, o))
				if i%(units/flushes) == 0 {
					errs[m] = errors.Join(errs[m], log.Flush(t.Context()))
				}
			}
			errs[m] = errors.Join(errs[m], log.Close())
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	reader := s3log.New(client, "many", nil)
	defer reader.Close()
	began := time.Now()
	r, err := experiment.Analyze(e, reader.Read(t.Context(), e.Key), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Arms[0].Units + r.Arms[1].Units; got != machines*units {
		t.Errorf("%d units of %d", got, machines*units)
	}
	if r.Verdict.Action != experiment.Ship || r.Excluded.Duplicates != machines*units {
		t.Errorf("%s %+v", r.Verdict.Sentence, r.Excluded)
	}
	t.Logf("%d records in more than 1,000 objects read and analysed in %v", 4*machines*units, time.Since(began).Round(time.Millisecond))
}
