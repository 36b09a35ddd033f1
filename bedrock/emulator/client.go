package emulator

import (
	"context"
	"crypto/tls"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/causeway-go/causeway/bedrock"
)

// The credentials and the Region that Client uses, and that every other client
// may use. They are no secret: they open nothing else.
const (
	AccessKeyID     = "AKIDCAUSEWAYEMULATOR"
	SecretAccessKey = "causeway-emulator-secret-key"
	Region          = "us-east-1"
)

// Client returns a client of the emulator that needs no socket: it works in a
// testing/synctest bubble, under virtual time. It signs its requests as
// always; it does not retry, because throttling is what emulators are for.
func (e *Emulator) Client() *bedrockruntime.Client {
	return newClient("https://bedrock-runtime.emulator.invalid", &http.Client{Transport: e.Transport()})
}

// Client returns a client of the server. Like Emulator.Client it signs and
// does not retry.
func (s *Server) Client() *bedrockruntime.Client {
	roots := s.roots()
	if roots == nil {
		return newClient(s.URL, nil)
	}
	return newClient(s.URL, awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}))
}

// newClient takes nothing from the environment: no profile, no bearer token,
// which the SDK would refuse to send over plain HTTP.
func newClient(endpoint string, h bedrockruntime.HTTPClient) *bedrockruntime.Client {
	c, err := bedrock.NewClient(context.Background(), &bedrock.ClientOptions{
		Endpoint:   endpoint,
		HTTPClient: h,
		Config: &aws.Config{
			Region:      Region,
			Credentials: credentials.NewStaticCredentialsProvider(AccessKeyID, SecretAccessKey, ""),
		},
		Service: []func(*bedrockruntime.Options){func(o *bedrockruntime.Options) {
			o.AuthSchemePreference = nil
			o.BearerAuthTokenProvider = nil
		}},
	})
	if err != nil {
		panic("emulator: " + err.Error()) // a given Config with a region cannot fail to load
	}
	return c
}
