package retry_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/tmc/langchaingo/llms"
)

func failovers(heard []message.Notice) (names []string) {
	for _, n := range heard {
		if n.Kind == message.NoticeFailover {
			names = append(names, n.Model)
		}
	}
	return names
}

// A spent daily quota cannot be waited for: the call moves on at once, and so
// do those after it, without asking again.
func TestDailyQuotaFallsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		primary, backup := &scripted{turns: fails(100, errDaily)}, &scripted{}
		m := retry.Wrap(primary, &retry.Options{Fallbacks: []retry.Fallback{{Name: "haiku", Model: backup}}})
		ctx, heard := watch(t.Context())
		start := time.Now()
		for range 3 {
			if _, err := m.GenerateContent(ctx, hello, llms.WithModel("sonnet")); err != nil {
				t.Fatal(err)
			}
		}
		if time.Since(start) != 0 || primary.calls != 1 || backup.calls != 3 {
			t.Errorf("took %v, %d calls to the primary, %d to the fallback", time.Since(start), primary.calls, backup.calls)
		}
		if got := backup.opts[0].Model; got != "" {
			t.Errorf("the fallback was asked for model %q", got)
		}
		if got := failovers(*heard); len(got) != 3 || got[0] != "haiku" {
			t.Errorf("failovers told: %q", got)
		}
	})
}

func TestDailyQuotaWithoutFallback(t *testing.T) {
	m := &scripted{turns: fails(2, errDaily)}
	backup := &scripted{turns: fails(2, errDaily)}
	_, err := retry.Wrap(m, &retry.Options{Fallbacks: []retry.Fallback{{Name: "other", Model: backup}}}).GenerateContent(t.Context(), hello)
	if !errors.Is(err, errDaily) || retry.Classify(err) != retry.DailyQuota || m.calls != 1 || backup.calls != 1 {
		t.Errorf("%d and %d calls, %v", m.calls, backup.calls, err)
	}
}

// An outage moves calls to the fallback, those that wait already included, and
// the end of the outage moves them back.
func TestOutageFallsOverAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		primary, backup := &scripted{turns: fails(3, errUnavailable)}, &scripted{}
		m := retry.Wrap(primary, &retry.Options{Fallbacks: []retry.Fallback{{Name: "eu-west-1", Model: backup}}})
		ask := func() {
			t.Helper()
			if _, err := m.GenerateContent(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
		}
		ask()
		if primary.calls != 3 || backup.calls != 1 {
			t.Fatalf("%d and %d calls", primary.calls, backup.calls)
		}
		for range 30 { // somebody has to find out that the primary is back
			time.Sleep(time.Second)
			ask()
		}
		before := backup.calls
		ask()
		if backup.calls != before {
			t.Errorf("still on the fallback after %d calls to the primary", primary.calls)
		}
	})
}

// Calls without a fallback wait at a shared gate that is shut; those with one
// neither wait behind them nor go round in circles.
func TestSharedGateInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := retry.NewGate(nil)
		gates := func(string) *retry.Gate { return gate }
		primary, backup := &scripted{turns: fails(6, errUnavailable)}, &scripted{}
		stubborn := retry.Wrap(primary, &retry.Options{Gates: gates})
		flexible := retry.Wrap(primary, &retry.Options{Gates: gates, Fallbacks: []retry.Fallback{{Name: "spare", Model: backup}}})
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := stubborn.GenerateContent(t.Context(), hello); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(time.Second)
		start := time.Now()
		if _, err := flexible.GenerateContent(t.Context(), hello); err != nil {
			t.Error(err)
		}
		if time.Since(start) != 0 || backup.calls != 1 {
			t.Errorf("answered after %v, %d calls to the fallback", time.Since(start), backup.calls)
		}
		wg.Wait()
	})
}

// With PreferFastest a call goes where the wait is shorter; by default it stays
// with the primary as long as that can answer in time.
func TestPrefer(t *testing.T) {
	for prefer, want := range map[retry.Prefer]int{"": 0, retry.PreferPrimary: 0, retry.PreferFastest: 1} {
		t.Run("prefer "+string(prefer), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := retry.NewGate(&retry.GateOptions{Quota: retry.Quota{RPM: 6}})
				primary, backup := &scripted{}, &scripted{}
				m := retry.Wrap(primary, &retry.Options{
					Gates:     func(string) *retry.Gate { return gate },
					Fallbacks: []retry.Fallback{{Name: "other", Model: backup}},
					Prefer:    prefer,
				})
				for range 2 { // the second has to wait ten seconds
					if _, err := m.GenerateContent(t.Context(), hello); err != nil {
						t.Fatal(err)
					}
				}
				if backup.calls != want {
					t.Errorf("%d calls to the fallback, want %d", backup.calls, want)
				}
			})
		})
	}
}

// Each model has a gate of its own: a throttle of one does not slow another.
func TestGatePerModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := retry.Wrap(&scripted{turns: fails(1, errThrottled)}, nil)
		if _, err := m.GenerateContent(t.Context(), hello, llms.WithModel("a")); err != nil {
			t.Fatal(err)
		}
		if gate := m.Gate("a"); gate == m.Gate("b") || gate != m.Gate("a") {
			t.Error("not one gate a model")
		}
		if a, b := m.Gate("a").Stats(), m.Gate("b").Stats(); a.RPM == 0 || b.RPM != 0 {
			t.Errorf("a %+v, b %+v", a, b)
		}
	})
}

func TestAnswerSaysWhoAnswered(t *testing.T) {
	m := retry.Wrap(plain{}, &retry.Options{Fallbacks: []retry.Fallback{{Name: "spare", Model: plain{}}}})
	resp, err := m.GenerateContent(t.Context(), hello, llms.WithModel("asked"))
	if err != nil {
		t.Fatal(err)
	}
	if got := message.InfoOf(resp.Choices[0]).Model; got != "asked" {
		t.Errorf("answered by %q", got)
	}
}
