package sdkretryer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/retry/sdkretryer"
)

var _ aws.RetryerV2 = (*sdkretryer.Retryer)(nil)

// service answers Converse in process: with the statuses given, then 200.
type service struct {
	mu       sync.Mutex
	statuses []int
	calls    int
}

func (s *service) Do(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.calls++
	status := http.StatusOK
	if len(s.statuses) > 0 {
		status, s.statuses = s.statuses[0], s.statuses[1:]
	}
	s.mu.Unlock()
	select {
	case <-time.After(100 * time.Millisecond):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	codes := map[int]string{429: "ThrottlingException", 503: "ServiceUnavailableException", 424: "ModelErrorException", 400: "ValidationException"}
	body := `{"output":{"message":{"role":"assistant","content":[{"text":"ok"}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}`
	h := http.Header{"Content-Type": {"application/json"}}
	if status != http.StatusOK {
		body = `{"message":"Too many requests, please wait before trying again."}`
		h.Set("X-Amzn-Errortype", codes[status])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(bytes.NewBufferString(body)), ContentLength: int64(len(body)), Request: r}, nil
}

// client returns a bare SDK client of s that retries with r.
func client(s *service, r aws.Retryer) *bedrockruntime.Client {
	return bedrockruntime.New(bedrockruntime.Options{
		Region:     "us-east-1",
		HTTPClient: s,
		Retryer:    r,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}, nil
		}),
	})
}

func ask(ctx context.Context, c *bedrockruntime.Client) error {
	_, err := c.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId:  aws.String("amazon.nova-lite-v1:0"),
		Messages: []types.Message{{Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "hello"}}}},
	})
	return err
}

// The SDK's own retryer would give up after 3, and never retries a 424.
func TestAttempts(t *testing.T) {
	for _, test := range []struct {
		name     string
		statuses []int
		calls    int
		ok       bool
	}{
		{"throttled six times", []int{429, 429, 429, 429, 429, 429}, 7, true},
		{"unavailable", []int{503, 503, 503, 503}, 5, true},
		{"model error, once more", []int{424, 424, 424}, 2, false},
		{"invalid", []int{400}, 1, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, g := &service{statuses: test.statuses}, retry.NewGate(nil)
				err := ask(t.Context(), client(s, sdkretryer.New(g, nil)))
				if s.calls != test.calls || (err == nil) != test.ok {
					t.Errorf("%d calls, %v", s.calls, err)
				}
				if st := g.Stats(); st.InFlight != 0 || st.Queue != 0 {
					t.Errorf("left: %+v", st)
				}
			})
		})
	}
}

func TestDeadline(t *testing.T) {
	for name, limit := range map[string]struct {
		timeout time.Duration
		o       *sdkretryer.Options
	}{
		"of the context": {10 * time.Second, nil},
		"MaxElapsed":     {time.Hour, &sdkretryer.Options{MaxElapsed: 10 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, g := &service{statuses: make([]int, 1000)}, retry.NewGate(nil)
				for i := range s.statuses {
					s.statuses[i] = http.StatusTooManyRequests
				}
				ctx, cancel := context.WithTimeout(t.Context(), limit.timeout)
				defer cancel()
				start := time.Now()
				err := ask(ctx, client(s, sdkretryer.New(g, limit.o)))
				if took := time.Since(start); took > 10*time.Second {
					t.Errorf("returned after %v", took)
				}
				if _, ok := errors.AsType[*types.ThrottlingException](err); !ok {
					t.Errorf("the throttle is hidden: %v", err)
				}
				if st := g.Stats(); st.InFlight != 0 || st.Queue != 0 {
					t.Errorf("left: %+v", st)
				}
			})
		})
	}
}

// Cancelled at any moment, a request leaves nothing in the gate.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := &service{}, retry.NewGate(&retry.GateOptions{Quota: retry.Quota{RPM: 600}})
		for i := range 200 {
			s.statuses = append(s.statuses, []int{429, 503, 200}[i%3])
		}
		c := client(s, sdkretryer.New(g, nil))
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*37*time.Millisecond)
				defer cancel()
				_ = ask(ctx, c)
			})
		}
		wg.Wait()
		synctest.Wait()
		if st := g.Stats(); st.InFlight != 0 || st.Queue != 0 {
			t.Errorf("left: %+v", st)
		}
	})
}

// Inside an attempt of another layer it refuses to be a second one.
func TestLayers(t *testing.T) {
	g := retry.NewGate(nil)
	s := &service{}
	c := client(s, sdkretryer.New(g, nil))
	_, err := retry.Through(t.Context(), retry.NewGate(nil), retry.Cost{}, func(ctx context.Context) (int, message.Usage, error) {
		return 0, message.Usage{}, ask(ctx, c)
	})
	if !errors.Is(err, retry.ErrLayers) || s.calls != 0 {
		t.Errorf("%d calls, %v", s.calls, err)
	}
}

func Example() {
	service := &service{statuses: []int{429, 429, 429}} // the SDK's default would give up
	gate := retry.NewGate(nil)
	c := client(service, sdkretryer.New(gate, nil))
	fmt.Println(ask(context.Background(), c), service.calls)
	// Output: <nil> 4
}
