package problem_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve/problem"
)

func Example() {
	err := &chain.StepError{Chain: "support", Step: "answer", Err: context.DeadlineExceeded}
	p := problem.Of(err, "run-1")
	_ = json.NewEncoder(os.Stdout).Encode(p)
	// Output: {"type":"urn:causeway:timeout","title":"Gateway Timeout","status":504,"detail":"The run was not done before its deadline.","code":"timeout","runId":"run-1","step":"answer"}
}

func TestOf(t *testing.T) {
	for want, err := range map[string]error{
		"422 bad-input":         &chain.InputError{Chain: "c", Problems: []string{"ticket is missing"}},
		"503 throttled":         &retry.Error{Class: retry.ThrottleTokens, Err: errors.New("secret")},
		"502 model-unavailable": &retry.Error{Class: retry.Transient, Err: errors.New("secret")},
		"413 context-overflow":  &retry.Error{Class: retry.Overflow, Err: errors.New("secret")},
		"499 cancelled":         context.Canceled,
		"409 conflict":          chain.ErrConflict,
		"409 changed":           fmt.Errorf("run r: %w", chain.ErrChanged),
		"409 not-waiting":       chain.ErrNotWaiting,
		"404 no-run":            chain.ErrNoRun,
		"500 run-failed":        errors.New("the prompt was: secret"),
		"500 model-refused":     &retry.Error{Class: retry.Fatal, Err: refused("ValidationException")},
		"500 no-access":         &retry.Error{Class: retry.Fatal, Err: refused("AccessDeniedException")},
		"418 own":               problem.New(418, "own", "as it is"),
	} {
		p := problem.Of(err, "r")
		if got := fmt.Sprint(p.Status, " ", p.Code); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
		if p.RunID != "r" || p.Type != "urn:causeway:"+p.Code {
			t.Errorf("%v: %+v", err, p)
		}
	}
}

// refused is an error of a service, by its code.
type refused string

func (e refused) Error() string     { return "the prompt was: secret" }
func (e refused) ErrorCode() string { return string(e) }

func TestWrite(t *testing.T) {
	w := httptest.NewRecorder()
	problem.Of(&retry.Error{Class: retry.DailyQuota, Err: errors.New("secret")}, "r").Write(w)
	if w.Code != 503 || w.Header().Get("Retry-After") != "10" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
