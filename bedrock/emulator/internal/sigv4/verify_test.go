package sigv4

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// signed is a request signed by the SDK's own signer, as a server sees it.
func signed(t *testing.T, target, service, secret string, at time.Time, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Amz-Meta", " a   b ")
	credentials := aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: secret, SessionToken: "token"}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hash([]byte(body)), service, "us-east-1", at); err != nil {
		t.Fatal(err)
	}
	in := httptest.NewRequest(r.Method, r.URL.String(), nil)
	in.URL, in.Host, in.Header, in.ContentLength = r.URL, r.URL.Host, r.Header, int64(len(body))
	return in
}

func secretOf(id string) (string, bool) { return "secret", id == "AKID" }

func TestVerify(t *testing.T) {
	arn := "https://h/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fabc%3A0/converse?b=2&a=x%20y"
	for _, tt := range []struct {
		name string
		r    *http.Request
		body string
		want string
	}{
		{"good", signed(t, arn, "bedrock", "secret", now, "{}"), "{}", ""},
		{"raw colon", signed(t, "https://h/model/a.b:0/converse", "bedrock", "secret", now, "{}"), "{}", ""},
		{"other body", signed(t, arn, "bedrock", "secret", now, "{}"), "{ }", "InvalidSignatureException: The request signature"},
		{"other secret", signed(t, arn, "bedrock", "guess", now, "{}"), "{}", "InvalidSignatureException: The request signature"},
		{"other service", signed(t, arn, "s3", "secret", now, "{}"), "{}", "scoped to correct service: 'bedrock'"},
		{"old", signed(t, arn, "bedrock", "secret", now.Add(-time.Hour), "{}"), "{}", "Signature expired: 20261122T090000Z is now earlier than 20261122T095500Z (20261122T100000Z - 5 min.)"},
		{"early", signed(t, arn, "bedrock", "secret", now.Add(time.Hour), "{}"), "{}", "Signature not yet current"},
		{"none", httptest.NewRequest(http.MethodPost, arn, nil), "", "MissingAuthenticationTokenException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Verify(tt.r, []byte(tt.body), "bedrock", secretOf, now)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestVerifyBadHeader(t *testing.T) {
	for header, want := range map[string]string{
		"AWS4-HMAC-SHA256 x": "IncompleteSignatureException",
		"AWS4-HMAC-SHA256 Credential=AKID/20261122/us-east-1/bedrock/aws4_request, SignedHeaders=host":                    "IncompleteSignatureException",
		"AWS4-HMAC-SHA256 Credential=AKID/1/2, SignedHeaders=host, Signature=1":                                           "IncompleteSignatureException",
		"AWS4-HMAC-SHA256 Credential=OTHER/20261122/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=1":      "UnrecognizedClientException",
		"AWS4-HMAC-SHA256 Credential=AKID/20261122/us-east-1/bedrock/aws4_request, SignedHeaders=x-amz-date, Signature=1": "InvalidSignatureException",
	} {
		r := httptest.NewRequest(http.MethodPost, "https://h/model/a.b/converse", nil)
		r.Header.Set("Authorization", header)
		err := Verify(r, nil, "bedrock", secretOf, now)
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != want {
			t.Errorf("%s: got %v, want %s", header, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AKID/20261122/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc")
	f.Fuzz(func(t *testing.T, header string) {
		a, err := parse(header)
		if err == nil && (a.id == "" || a.signature == "" || a.signed == nil) {
			t.Errorf("took %q as %+v", header, a)
		}
	})
}

func Example() {
	r := httptest.NewRequest(http.MethodPost, "https://h/model/a.b/converse", nil)
	err := Verify(r, nil, "bedrock", secretOf, now)
	fmt.Println(err)
	// Output: MissingAuthenticationTokenException: Missing Authentication Token
}
