package bedrock

import (
	"bytes"
	"context"
	"sync"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/restjson1"
)

// fastProtocol is the SDK's protocol with a quicker way to do what costs a
// client most: reading the deltas of a stream, which is more than half of its
// work, and writing long histories and many tools. Both leave to the SDK
// whatever they do not plainly know, and tests hold them to what it does.
type fastProtocol struct {
	smithyhttp.ClientProtocol
	frames  sync.Pool // of *bytes.Buffer
	decoder sync.Pool // of *restjson1.Protocol: one holds state while it decodes, so streams do not share it
}

// withFastProtocol returns inner made quicker. A protocol other than the one
// that is known here is returned as it is.
func withFastProtocol(inner smithyhttp.ClientProtocol) smithyhttp.ClientProtocol {
	if _, ok := inner.(*restjson1.Protocol); !ok {
		return inner
	}
	return &fastProtocol{
		ClientProtocol: inner,
		frames:         sync.Pool{New: func() any { return new(bytes.Buffer) }},
		decoder:        sync.Pool{New: func() any { return restjson1.New(nil) }},
	}
}

// SerializeRequest writes a request. Of a long conversation it writes the
// messages and tools itself and lets the SDK write everything around them.
func (p *fastProtocol) SerializeRequest(ctx context.Context, op *smithy.OperationSchema, in smithy.Serializable, req *smithyhttp.Request) error {
	if fast := fastInputOf(in); fast != nil {
		defer fast.release()
		in = fast
	}
	return p.ClientProtocol.SerializeRequest(ctx, op, in, req)
}
