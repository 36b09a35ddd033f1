package retry_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/causeway-go/causeway/retry"
)

// While a service is down, calls that share a budget send hardly more than
// one request each.
func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := retry.NewBudget(&retry.BudgetOptions{Share: 0.1, Burst: 5})
		sent, spent := 0, 0
		for range 1000 {
			_, err := retry.Do(t.Context(), retry.Policy{MaxAttempts: 4, Budget: b}, func(context.Context) (int, error) {
				sent++
				return 0, errUnavailable
			})
			if errors.Is(err, retry.ErrBudget) {
				spent++
			}
			if !errors.Is(err, errUnavailable) {
				t.Fatalf("the failure is hidden: %v", err)
			}
		}
		if sent > 1110 || sent < 1090 || spent < 900 {
			t.Errorf("%d requests for 1000 calls, %d ended by the budget", sent, spent)
		}
	})
}
