package bedrock

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/causeway-go/causeway/message"
)

// InvokeClient is the part of the SDK's client that [Invoke], [InvokeStream]
// and an [Embedder] ask. *bedrockruntime.Client is one.
type InvokeClient interface {
	InvokeModel(context.Context, *bedrockruntime.InvokeModelInput, ...func(*bedrockruntime.Options)) (*bedrockruntime.InvokeModelOutput, error)
	InvokeModelWithResponseStream(context.Context, *bedrockruntime.InvokeModelWithResponseStreamInput, ...func(*bedrockruntime.Options)) (*bedrockruntime.InvokeModelWithResponseStreamOutput, error)
}

// Invocation is a request in a model's own form, for what Converse does not
// reach: image models, rerankers, a maker's newest fields.
type Invocation struct {
	Model       string
	Body        []byte // the model's own JSON; it is sent as it is
	ContentType string // default application/json
	Accept      string // default application/json

	Guardrail       Guardrail // StreamMode says nothing here
	Performance     string    // latency: standard, optimized
	ServiceTier     string    // priority, default, flex, reserved
	RequestMetadata map[string]string

	// StreamIdleTimeout ends a silent stream: 0 means 5 minutes, negative never.
	StreamIdleTimeout time.Duration
}

// Reply is a model's answer in its own form.
type Reply struct {
	Body        []byte
	ContentType string
	Usage       message.Usage // from the answer's headers; zero where the model tells none
	Latency     time.Duration // as the service measured it
	RequestID   string
	Performance string
	ServiceTier string
}

// Invoke asks a model with InvokeModel, once. Its errors are *Error. For
// backoff and a shared quota, call it through retry.Through.
func Invoke(ctx context.Context, client InvokeClient, v Invocation) (*Reply, error) {
	const op = "InvokeModel"
	if v.Model == "" {
		return nil, invalid(op, "", "no model id")
	}
	in := &bedrockruntime.InvokeModelInput{
		ModelId:                  &v.Model,
		Body:                     v.Body,
		ContentType:              new(v.contentType()),
		Accept:                   new(v.accept()),
		PerformanceConfigLatency: types.PerformanceConfigLatency(v.Performance),
		ServiceTier:              types.ServiceTierType(v.ServiceTier),
	}
	var err error
	if in.RequestMetadata, err = v.metadata(); err != nil {
		return nil, invalid(op, v.Model, err.Error())
	}
	in.GuardrailIdentifier, in.GuardrailVersion, in.Trace = v.guardrail()
	out, err := client.InvokeModel(ctx, in)
	if err != nil {
		return nil, callError(op, v.Model, err)
	}
	r := &Reply{
		Body:        out.Body,
		ContentType: str(out.ContentType),
		Performance: string(out.PerformanceConfigLatency),
		ServiceTier: string(out.ServiceTier),
	}
	r.RequestID, _ = awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	r.readHeader(headerOf(out.ResultMetadata))
	return r, nil
}

// headerOf returns the header of the HTTP answer, empty from a fake client.
func headerOf(md middleware.Metadata) http.Header {
	raw, ok := awsmiddleware.GetRawResponse(md).(*smithyhttp.Response)
	if !ok {
		return http.Header{}
	}
	return raw.Header
}

// readHeader takes the counts that InvokeModel tells in its header alone.
func (r *Reply) readHeader(h http.Header) {
	count := func(name string) int {
		n, err := strconv.Atoi(h.Get("X-Amzn-Bedrock-" + name))
		if err != nil {
			return 0 // absent: not every model tells
		}
		return n
	}
	r.Usage = message.Usage{
		Input:      count("Input-Token-Count"),
		Output:     count("Output-Token-Count"),
		CacheRead:  count("Cache-Read-Input-Token-Count"),
		CacheWrite: count("Cache-Write-Input-Token-Count"),
	}
	r.Latency = time.Duration(count("Invocation-Latency")) * time.Millisecond
}

const jsonType = "application/json"

func (v *Invocation) contentType() string {
	if v.ContentType != "" {
		return v.ContentType
	}
	return jsonType
}

func (v *Invocation) accept() string {
	if v.Accept != "" {
		return v.Accept
	}
	return jsonType
}

// guardrail returns the guardrail's id, version and trace as InvokeModel
// spells them: ENABLED where Converse says enabled.
func (v *Invocation) guardrail() (id, version *string, trace types.Trace) {
	g := v.Guardrail
	if g.ID == "" {
		return nil, nil, ""
	}
	if g.Version == "" {
		g.Version = "DRAFT"
	}
	switch g.Trace {
	case "enabled":
		trace = types.TraceEnabled
	case "enabled_full":
		trace = types.TraceEnabledFull
	case "disabled":
		trace = types.TraceDisabled
	}
	return &g.ID, &g.Version, trace
}

// metadata returns the tags as the header that InvokeModel wants them in.
func (v *Invocation) metadata() (*string, error) {
	if len(v.RequestMetadata) == 0 {
		return nil, nil
	}
	b, err := json.Marshal(v.RequestMetadata)
	if err != nil {
		return nil, err
	}
	return new(string(b)), nil
}
