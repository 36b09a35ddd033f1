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
	own := &ownedRequest{Request: *req} // shallow: the SDK reads no field of it after sending
	if err := own.readBody(req); err != nil {
		return nil, err
	}
	own.Body, own.GetBody, own.ContentLength = &own.body, own.again, int64(len(own.content))
	return c.next.Do(&own.Request)
}

// ownedRequest is a request with a body that nobody else closes, in one
// allocation beside its content's.
type ownedRequest struct {
	http.Request
	content []byte
	body    ownedBody
}

type ownedBody struct{ bytes.Reader }

// Close does nothing: the bytes stay readable for a write that is under way.
func (*ownedBody) Close() error { return nil }

// again returns the body anew, for a redirect or a connection that was lost
// before it was used.
func (o *ownedRequest) again() (io.ReadCloser, error) {
	b := &ownedBody{}
	b.Reset(o.content)
	return b, nil
}

func (o *ownedRequest) readBody(req *http.Request) (err error) {
	if n := req.ContentLength; n > 0 {
		o.content = make([]byte, n)
		_, err = io.ReadFull(req.Body, o.content)
	} else {
		o.content, err = io.ReadAll(req.Body)
	}
	o.body.Reset(o.content)
	return err
}
