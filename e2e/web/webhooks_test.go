package web

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/e2e/internal/npm"
	"github.com/causeway-go/causeway/serve/jobs"
)

// The library of Standard Webhooks takes what Callbacks sends, under either of
// two secrets, and nothing that was changed; VerifyCallback takes what the
// library signs.
func TestStandardWebhooks(t *testing.T) {
	dir := npm.Installed(t)
	secret := func(text string) string { return "whsec_" + base64.StdEncoding.EncodeToString([]byte(text)) }
	secrets := []string{secret("a secret of thirty-two bytes ..."), secret("and the one that came before it ")}
	headers, body := sent(t, secrets)

	var got struct {
		Read                       []string
		Stranger, Changed, Renamed string
		Body                       string
		Headers                    map[string]string
	}
	node(t, dir, "webhooks.mjs", map[string]any{"secrets": secrets, "stranger": secret("the secret of somebody else here"), "headers": headers, "body": body}, &got)
	if !slices.Equal(got.Read, []string{"job-1.a", "job-1.a"}) {
		t.Errorf("the library read %q", got.Read)
	}
	for _, refused := range []string{got.Stranger, got.Changed, got.Renamed} {
		if !strings.HasPrefix(refused, "WebhookVerificationError") && !strings.Contains(refused, "No matching signature") {
			t.Errorf("the library took what was forged: %s", refused)
		}
	}
	h := http.Header{}
	for k, v := range got.Headers {
		h.Set(k, v)
	}
	if err := jobs.VerifyCallback(secrets[1], h, []byte(got.Body)); err != nil {
		t.Error(err)
	}
	if jobs.VerifyCallback(secrets[0], h, []byte(got.Body)) == nil {
		t.Error("another secret fits")
	}
}

// sent is what a receiver gets of a job.
func sent(t *testing.T, secrets []string) (headers map[string]string, body string) {
	t.Helper()
	headers = map[string]string{}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		body = string(data)
		for k := range r.Header {
			headers[strings.ToLower(k)] = r.Header.Get(k)
		}
	}))
	defer receiver.Close()
	c, err := jobs.NewCallbacks(secrets, []string{strings.TrimPrefix(receiver.URL, "http://")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	j := &jobs.Job{Status: jobs.Status{ID: "job-1.a", State: jobs.Succeeded}, Callback: receiver.URL}
	if err := c.Send(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	return headers, body
}
