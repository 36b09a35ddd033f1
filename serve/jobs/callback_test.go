package jobs_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/retry"
	"github.com/causeway-go/causeway/serve/jobs"
)

// Secrets of these tests.
var (
	secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("twenty-four bytes or more"))
	older  = "whsec_" + base64.StdEncoding.EncodeToString([]byte("the secret before this one"))
)

// call is one request that a receiver saw.
type call struct {
	proto  string
	header http.Header
	body   []byte
}

// receiver is a TLS server that answers with the statuses in turn, and then 204.
func receiver(t *testing.T, h2 bool, header http.Header, statuses ...int) (*httptest.Server, func() []call) {
	t.Helper()
	var mu sync.Mutex
	var calls []call
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.URL.RequestURI() != "/done?token=hush" {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, call{r.Proto, r.Header, body})
		maps.Copy(w.Header(), header)
		status := http.StatusNoContent
		if len(calls) <= len(statuses) {
			status = statuses[len(calls)-1]
		}
		w.WriteHeader(status)
	}))
	ts.EnableHTTP2 = h2
	ts.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of handshakes that fail
	ts.StartTLS()
	t.Cleanup(ts.Close)
	return ts, func() []call {
		mu.Lock()
		defer mu.Unlock()
		return calls
	}
}

// callbacks calls ts alone, without long waits.
func callbacks(t *testing.T, ts *httptest.Server) *jobs.Callbacks {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(ts.Certificate())
	c, err := jobs.NewCallbacks([]string{secret, older}, []string{strings.TrimPrefix(ts.URL, "https://")}, &jobs.CallbackOptions{
		RootCAs: roots, Retry: retry.Policy{Base: time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func over(callback string) *jobs.Job {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	return &jobs.Job{
		Status: jobs.Status{
			ID: "report-7.2", Chain: "report", State: jobs.Succeeded, Attempts: 1, Created: at, Started: at, Ended: at,
			Result: &chain.Result{RunID: "report-7.2", Values: chain.Values{"text": "the answer"}},
		},
		Input: chain.Values{"of": "a secret input"}, Callback: callback,
	}
}

func TestCallback(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for _, h2 := range []bool{false, true} {
		ts, calls := receiver(t, h2, nil)
		j := over(ts.URL + "/done?token=hush")
		if err := callbacks(t, ts).Send(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		if len(calls()) != 1 {
			t.Fatalf("%d calls", len(calls()))
		}
		got := calls()[0]
		if want := map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[h2]; got.proto != want {
			t.Errorf("called over %s, want %s", got.proto, want)
		}
		if got.header.Get("Content-Type") != "application/json" || got.header.Get("User-Agent") != "Causeway-Callback/1" || got.header.Get("Webhook-Id") != "report-7:2" {
			t.Errorf("headers %v", got.header)
		}
		var status jobs.Status
		if err := json.Unmarshal(got.body, &status); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(j.Status, status); diff != "" {
			t.Errorf("the receiver read another status (-sent +read):\n%s", diff)
		}
		for _, s := range []string{secret, older} {
			if err := jobs.VerifyCallback(s, got.header, got.body); err != nil {
				t.Error(err)
			}
		}
		ts.Close()
	}
}

func TestCallbackAnswers(t *testing.T) {
	for _, tt := range []struct {
		statuses []int
		calls    int
		status   int // of the error; 0 for none
	}{
		{[]int{200}, 1, 0},
		{[]int{299}, 1, 0},
		{[]int{408, 429, 500, 503, 202}, 5, 0},
		{[]int{503, 503, 503, 503, 504, 200}, 5, 504},
		{[]int{301, 200}, 1, 301},
		{[]int{307, 200}, 1, 307},
		{[]int{400, 200}, 1, 400},
		{[]int{500, 410, 200}, 2, 410},
	} {
		t.Run(fmt.Sprint(tt.statuses), func(t *testing.T) {
			ts, calls := receiver(t, false, http.Header{"Location": {"https://elsewhere.example/"}}, tt.statuses...)
			err := callbacks(t, ts).Send(t.Context(), over(ts.URL+"/done?token=hush"))
			if len(calls()) != tt.calls {
				t.Errorf("%d calls, want %d", len(calls()), tt.calls)
			}
			if e, failed := errors.AsType[*jobs.CallbackError](err); failed {
				if e.Status != tt.status || e.Attempts != tt.calls || e.Owed {
					t.Errorf("%+v", e)
				}
			} else if err != nil || tt.status != 0 {
				t.Errorf("got %v", err)
			}
			unsaid(t, err)
		})
	}
}

// unsaid fails when an error holds what is nobody's business.
func unsaid(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for _, word := range []string{"hush", "whsec_", "twenty-four", "dHdlbn", "answer\"", "the answer", "secret input"} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("the error tells %q: %v", word, err)
		}
	}
}

// What is not on the list is not called, whatever the job says by now.
func TestCallbackNotListed(t *testing.T) {
	ts, calls := receiver(t, false, nil)
	other := httptest.NewTLSServer(http.NotFoundHandler())
	defer other.Close()
	err := callbacks(t, other).Send(t.Context(), over(ts.URL+"/done?token=hush"))
	if e, ok := errors.AsType[*jobs.CallbackError](err); !ok || e.Owed || e.Attempts != 0 || len(calls()) != 0 {
		t.Errorf("%v, %d calls", err, len(calls()))
	}
	unsaid(t, err)
}

// A certificate of nobody is no certificate.
func TestCallbackCertificate(t *testing.T) {
	ts, calls := receiver(t, false, nil)
	c, err := jobs.NewCallbacks([]string{secret}, []string{strings.TrimPrefix(ts.URL, "https://")}, &jobs.CallbackOptions{Retry: retry.Policy{MaxAttempts: 1}})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Send(t.Context(), over(ts.URL+"/done?token=hush"))
	if err == nil || !strings.Contains(err.Error(), "certificate") || len(calls()) != 0 {
		t.Errorf("%v, %d calls", err, len(calls()))
	}
	unsaid(t, err)
}

// A large result is not sent, and an endless answer is not read.
func TestCallbackLimits(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	read := make(chan []byte, 1)
	ts := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		read <- body
		for r.Context().Err() == nil {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<10)); err != nil {
				return
			}
		}
	}))
	defer ts.Close()
	j := over(ts.URL)
	j.Result.Values["text"] = strings.Repeat("x", 1<<20)
	if err := callbacks(t, ts).Send(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	got := <-read
	if len(got) > 300 || !bytes.Contains(got, []byte(`"state":"succeeded"`)) {
		t.Errorf("sent %d bytes: %.300s", len(got), got)
	}
	if j.Result == nil {
		t.Error("the job lost its result")
	}
	j.Result.Values["text"] = func() {}
	err := callbacks(t, ts).Send(t.Context(), j)
	if e, ok := errors.AsType[*jobs.CallbackError](err); !ok || e.Owed {
		t.Errorf("a status without a form as JSON: %v", err)
	}
}

func TestNewCallbacks(t *testing.T) {
	good := []string{"hooks.example.com", "*.example.com:8443", "[::1]:80", "10.0.0.1", "localhost:9000"}
	if _, err := jobs.NewCallbacks([]string{secret, older}, good, nil); err != nil {
		t.Error(err)
	}
	for want, secrets := range map[string][]string{
		"there is no secret":   nil,
		"secret 2: it does":    {secret, "hush"},
		"not base64":           {"whsec_hush!"},
		"it has 4 bytes":       {"whsec_aHVzaA=="},
		"Standard Webhooks wa": {"whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65))},
	} {
		_, err := jobs.NewCallbacks(secrets, good, nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", want, err)
		}
	}
	if _, err := jobs.NewCallbacks([]string{secret}, nil, nil); err == nil {
		t.Error("no hosts were taken")
	}
	for _, host := range []string{"", "*", "*.", "a.*.com", "https://a.com", "a.com/x", "a.com:", "a.com:x", "bücher.example", "*.10.0.0.1", "u@a.com", "a b"} {
		_, err := jobs.NewCallbacks([]string{secret}, []string{"hooks.example.com", host}, nil)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", host)) {
			t.Errorf("host %q: %v", host, err)
		}
	}
}
