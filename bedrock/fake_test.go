package bedrock_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"

	"github.com/causeway-go/causeway/bedrock"
)

// wire is an HTTP client that answers in process, and keeps what it was sent.
type wire struct {
	answer func(*http.Request) *http.Response
	path   string
	body   []byte
	sent   int
}

func (w *wire) Do(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	w.sent++
	w.path = req.URL.EscapedPath()
	w.body = nil
	if req.Body != nil {
		w.body, _ = io.ReadAll(req.Body)
	}
	return w.answer(req), nil
}

// sentJSON returns the last request's body as encoding/json sees it.
func (w *wire) sentJSON(t *testing.T) any {
	t.Helper()
	return decoded(t, w.body)
}

func decoded(t *testing.T, b []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return v
}

// client is the SDK's real client over w.
func (w *wire) client(t testing.TB) *bedrockruntime.Client { return clientOver(t, w) }

func clientOver(t testing.TB, h bedrockruntime.HTTPClient) *bedrockruntime.Client {
	t.Helper()
	c, err := bedrock.NewClient(context.Background(), &bedrock.ClientOptions{
		Config: &aws.Config{
			Region:      "us-east-1",
			Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
		},
		HTTPClient: h,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func response(status int, header map[string]string, body []byte) *http.Response {
	h := make(http.Header)
	for k, v := range header {
		h.Set(k, v)
	}
	return &http.Response{
		StatusCode: status, Header: h, Body: io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)), ProtoMajor: 1, ProtoMinor: 1,
	}
}

// answering returns a wire that answers every request with a Converse reply.
func answering(body string) *wire {
	return &wire{answer: func(*http.Request) *http.Response {
		return response(200, map[string]string{"Content-Type": "application/json", "X-Amzn-RequestId": "req-1"}, []byte(body))
	}}
}

func modelOver(t testing.TB, c bedrock.Client) *bedrock.Model {
	t.Helper()
	m, err := bedrock.New(c, "amazon.nova-lite-v1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// plainClient is the client that the SDK makes by itself.
func plainClient(h bedrockruntime.HTTPClient) *bedrockruntime.Client {
	return bedrockruntime.New(bedrockruntime.Options{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
		HTTPClient:  h,
	})
}
