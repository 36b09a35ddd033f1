package retry_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/causeway-go/causeway/retry"
)

// The SDK's own error type: headers are found in it by shape.
func TestRetryAfterHeader(t *testing.T) {
	for _, test := range []struct {
		name, value string
		want        time.Duration
	}{
		{"Retry-After", "7", 7 * time.Second},
		{"Retry-After", "Sat, 01 Jan 2000 00:00:09 GMT", 9 * time.Second}, // a bubble's time begins with the year 2000
		{"X-Amz-Retry-After", "1500", 1500 * time.Millisecond},
		{"Retry-After", "soon", 0},
		{"Retry-After", "-3", 0},
		{"Date", "now", 0},
	} {
		t.Run(test.name+" "+test.value, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				refusal := fmt.Errorf("asking: %w", errors.Join(&smithyhttp.ResponseError{
					Response: &smithyhttp.Response{Response: &http.Response{StatusCode: 429, Header: http.Header{test.name: {test.value}}}},
					Err:      &smithy.GenericAPIError{Code: "ThrottlingException", Message: "slow down"},
				}))
				start := time.Now()
				calls := 0
				_, err := retry.Do(t.Context(), retry.Policy{Rand: func() float64 { return 0 }}, func(context.Context) (int, error) {
					calls++
					if calls == 1 {
						return 0, refusal
					}
					return 0, nil
				})
				if took := time.Since(start); err != nil || took != test.want {
					t.Errorf("asked again after %v, want %v (%v)", took, test.want, err)
				}
			})
		})
	}
}
