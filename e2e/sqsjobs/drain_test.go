package sqsjobs

import (
	"syscall"
	"testing"
	"time"
)

// TestDrain: a worker that is told to end finishes what it has begun, and leaves
// the rest to others: no job is begun twice.
func TestDrain(t *testing.T) {
	t.Parallel()
	p := newPlace(t, startFauxqs(t), "drain", false)
	p.Deaths = 5
	ids := names("job", 80)
	p.submit(t, ids)
	fleet := launch(t, p.setting, 2)
	for _, n := range []int{10, 40} {
		await(t, time.Minute, "jobs done", func() bool { return ended(t, p.Log) > n })
		fleet.mu.Lock()
		for _, worker := range fleet.workers {
			_ = worker.Process.Signal(syscall.SIGTERM) // it may be gone already
		}
		fleet.mu.Unlock()
	}
	await(t, time.Minute, "empty queue", func() bool { return p.left(t, p.Queue) == "0+0" })
	fleet.stop(syscall.SIGTERM)
	if len(fleet.killed) != 0 {
		t.Errorf("%d workers did not end by themselves", len(fleet.killed))
	}
	for _, id := range ids {
		if j, err := p.backend.Load(t.Context(), id); err != nil || !j.State.Final() || j.Attempts != 1 {
			t.Errorf("%s: %+v, %v", id, j, err)
		}
	}
	proveLedger(t, ids, readLedger(t, p.Log), fleet.killed)
}
