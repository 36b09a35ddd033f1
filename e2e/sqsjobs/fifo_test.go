package sqsjobs

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

func (p *place) fifo() bool { return strings.HasSuffix(p.Queue, ".fifo") }

// TestFIFO: in a FIFO queue the jobs of a session are done one after another,
// also by workers that die.
func TestFIFO(t *testing.T) {
	t.Parallel()
	p := newPlace(t, startFauxqs(t), "fifo", true)
	p.remember(t)
	p.Deaths = 100
	ids := names("job", 60)
	for _, id := range ids { // in order
		p.submit(t, []string{id})
	}
	p.submit(t, ids[:20]) // a duplicate is swallowed
	fleet := launch(t, p.setting, 2)
	await(t, time.Minute, "third of the jobs done", func() bool { return ended(t, p.Log) > 20 })
	fleet.kill()
	await(t, time.Minute, "two thirds of the jobs done", func() bool { return ended(t, p.Log) > 40 })
	fleet.kill()
	await(t, time.Minute, "empty queue", func() bool { return p.left(t, p.Queue) == "0+0" })
	fleet.stop(syscall.SIGTERM)
	p.prove(t, ids, fleet.killed)
	last := ""
	for _, l := range readLedger(t, p.Log) {
		if l.what == "committed" && l.step == "write" {
			if l.job < last {
				t.Errorf("%s of the one session was done after %s", l.job, last)
			}
			last = l.job
		}
	}
}
