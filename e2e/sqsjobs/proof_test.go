package sqsjobs

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/serve/jobs"
)

// state is a job as the bucket once held it.
type state struct {
	*jobs.Job
	mark string // of the write: each has another
}

func (s state) String() string {
	return fmt.Sprintf("{%s %d %q, write %s}", s.State, s.Attempts, s.Lease.Worker, s.mark)
}

// versions returns all that the bucket ever held of each job, oldest first.
func (p *place) versions(t *testing.T) map[string][]state {
	t.Helper()
	type version struct{ key, id string }
	var all []version
	in := &s3.ListObjectVersionsInput{Bucket: &p.Bucket, Prefix: new("causeway/jobs/")}
	for {
		out, err := p.store.ListObjectVersions(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range out.Versions {
			if next := (version{*v.Key, *v.VersionId}); !slices.Contains(all[max(0, len(all)-1):], next) { // versitygw may begin a page with the last one's end
				all = append(all, next)
			}
		}
		if out.IsTruncated == nil || !*out.IsTruncated {
			break
		}
		in.KeyMarker, in.VersionIdMarker = out.NextKeyMarker, out.NextVersionIdMarker
	}
	slices.Reverse(all) // S3 lists the newest first
	read := make([]state, len(all))
	var wg sync.WaitGroup
	places := make(chan struct{}, 16)
	for i, v := range all {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			out, err := p.store.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &p.Bucket, Key: &v.key, VersionId: &v.id})
			if err != nil {
				t.Error(err)
				return
			}
			defer out.Body.Close()
			body, err := io.ReadAll(out.Body)
			if err == nil {
				read[i].Job, err = jobs.Decode(body, v.id)
				_, read[i].mark, _ = strings.Cut(string(body), `"write":`)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	of := map[string][]state{}
	for _, j := range read {
		of[j.ID] = append(of[j.ID], j)
	}
	return of
}

// prove checks that every job has one result, and did each of its steps once
// but for those that a dead worker could not write down.
func (p *place) prove(t *testing.T, ids []string, killed map[string]bool) {
	t.Helper()
	versions := p.versions(t)
	states, attempts := 0, 0
	for _, id := range ids {
		all := versions[id]
		results := slices.DeleteFunc(slices.Clone(all), func(s state) bool { return !s.State.Final() })
		if len(results) != 1 || all[len(all)-1] != results[0] {
			t.Errorf("job %s has %d results: %v", id, len(results), all)
			continue
		}
		if j := results[0]; j.State != jobs.Succeeded || j.Result.Values["write"] != "write "+id {
			t.Errorf("job %s: %s, %v", id, j.State, j.Problem)
		}
		states += len(all)
		attempts += results[0].Attempts
	}
	if len(versions) != len(ids) {
		t.Errorf("%d jobs are kept, want %d", len(versions), len(ids))
	}
	lines := readLedger(t, p.Log)
	t.Logf("%d jobs, %d states, %d attempts, %d lines in the ledger, %d workers killed", len(ids), states, attempts, len(lines), len(killed))
	proveLedger(t, ids, lines, killed)
}

func proveLedger(t *testing.T, ids []string, lines []line, killed map[string]bool) {
	t.Helper()
	committed, effects, living := map[string]int{}, map[string]int{}, map[string]int{}
	for _, l := range lines {
		key := l.job + " " + l.step
		switch {
		case l.what == "committed":
			committed[key]++
		case !killed[l.process]:
			living[key]++
			fallthrough
		default:
			effects[key]++
		}
	}
	again := 0
	for _, id := range ids {
		for _, step := range []string{"read", "think", "write"} {
			key := id + " " + step
			if effects[key] == 0 || committed[key] > 1 || living[key] > 1 {
				t.Errorf("%s was done %d times, %d of them by workers that lived, and written down %d times", key, effects[key], living[key], committed[key])
			}
			again += effects[key] - 1
		}
	}
	t.Logf("%d steps were done again, because their worker died before it could write them down", again)
	for key := range effects {
		if id, _, _ := strings.Cut(key, " "); !slices.Contains(ids, id) {
			t.Errorf("somebody did %s", key)
		}
	}
}

func names(prefix string, n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("%s-%04d", prefix, i))
	}
	return ids
}
