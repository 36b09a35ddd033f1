package bedrock

import (
	"bytes"
	"io"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
)

// maxIdleConns is how many idle connections to one host are kept. The SDK's
// default of 10 makes a burst of callers open, over TLS, a connection each
// time: measured at ten times the latency for 512 callers.
const maxIdleConns = 512

// tuned returns client with a pool fit for many callers. A client that is not
// the SDK's own belongs to its maker and is left as it is.
func tuned(client bedrockruntime.HTTPClient) bedrockruntime.HTTPClient {
	if client == nil {
		client = awshttp.NewBuildableClient()
	}
	b, ok := client.(*awshttp.BuildableClient)
	if !ok {
		return client
	}
	return b.WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns = 2 * maxIdleConns
		t.MaxIdleConnsPerHost = maxIdleConns
	})
}

// bodyCopier gives each request a body of its own. The SDK closes the one it
// made as soon as the answer's headers are there; against a server that
// answers within a millisecond net/http may still be writing it, takes the
// close for a failed write and kills the connection under the answer
// (aws-sdk-go-v2 issues 1825, 2737 and 2935; 1 to 27 % of streams).
type bodyCopier struct{ next bedrockruntime.HTTPClient }

// Do sends a copy of req.
func (c bodyCopier) Do(req *http.Request) (*http.Response, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return c.next.Do(req)
	}
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	own := *req // shallow: the SDK reads no field of it after sending
	own.Body = io.NopCloser(bytes.NewReader(body))
	own.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	own.ContentLength = int64(len(body))
	return c.next.Do(&own)
}

func readBody(req *http.Request) ([]byte, error) {
	var buf bytes.Buffer
	if req.ContentLength > 0 {
		buf.Grow(int(req.ContentLength) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(req.Body)
	return buf.Bytes(), err
}
