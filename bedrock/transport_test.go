package bedrock_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/causeway-go/causeway/bedrock"
)

// tlsServer answers over HTTP/1.1 and TLS, all calls of a burst at once, and
// counts the connections it was asked to open.
type tlsServer struct {
	*httptest.Server
	opened atomic.Int64

	mu    sync.Mutex
	here  int           // calls of the burst that have come
	leave chan struct{} // closed when all have
}

// meet returns when burst calls have come.
func (s *tlsServer) meet(burst int) {
	s.mu.Lock()
	leave := s.leave
	if s.here++; s.here == burst {
		close(s.leave)
		s.here, s.leave = 0, make(chan struct{})
	}
	s.mu.Unlock()
	<-leave
}

func newTLSServer(burst int) *tlsServer {
	s := &tlsServer{leave: make(chan struct{})}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.meet(burst)
		_, _ = w.Write([]byte(sayHello))
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.opened.Add(1)
		}
	}
	s.StartTLS()
	return s
}

// TestNoConnectionChurn: a second burst of callers finds the connections of
// the first. The SDK's own pool keeps ten of them.
func TestNoConnectionChurn(t *testing.T) {
	const callers = 100
	s := newTLSServer(callers)
	defer s.Close()
	c, err := bedrock.NewClient(t.Context(), &bedrock.ClientOptions{
		Endpoint: s.URL,
		Config: &aws.Config{
			Region:      "us-east-1",
			Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
			HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) {
				tr.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
				tr.ForceAttemptHTTP2 = false
				tr.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
			}),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	m := modelOver(t, c)
	var opened [3]int64
	for i := range opened {
		inParallel(t.Context(), callers, callers, func(ctx context.Context) {
			if _, err := m.GenerateContent(ctx, human("hi")); err != nil {
				t.Error(err)
			}
		})
		opened[i] = s.opened.Swap(0)
	}
	t.Logf("connections opened by bursts of %d: %v", callers, opened)
	if opened[1] > 0 || opened[2] > 0 {
		t.Errorf("later bursts opened %d and %d connections", opened[1], opened[2])
	}
}

func TestNewClient(t *testing.T) {
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	t.Setenv("AWS_CONFIG_FILE", "/nonexistent")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	if _, err := bedrock.NewClient(t.Context(), nil); err == nil {
		t.Error("no region is no error")
	}
	if _, err := bedrock.NewClient(t.Context(), &bedrock.ClientOptions{Profile: "nobody"}); err == nil {
		t.Error("an unknown profile is no error")
	}
	// A bearer token wins over credentials, and is never sent over plain HTTP.
	t.Setenv("AWS_BEARER_TOKEN_BEDROCK", "token-of-mine")
	var authorization string
	c, err := bedrock.NewClient(t.Context(), &bedrock.ClientOptions{
		Region: "eu-west-1",
		HTTPClient: doFunc(func(r *http.Request) (*http.Response, error) {
			authorization = r.Header.Get("Authorization") + " " + r.URL.Host
			return response(200, nil, []byte(sayHello)), nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := modelOver(t, c).GenerateContent(t.Context(), human("hi")); err != nil {
		t.Fatal(err)
	}
	if authorization != "Bearer token-of-mine bedrock-runtime.eu-west-1.amazonaws.com" {
		t.Errorf("sent %q", authorization)
	}
}
