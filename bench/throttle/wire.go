package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/bedrock/emulator"
)

// modelID is of a model whose output counts once unless a rule says otherwise.
const modelID = "amazon.nova-lite-v1:0"

// wire is the emulator behind the real client: in process, where time may be
// virtual, or on a loopback port.
type wire struct {
	base, bare              *bedrockruntime.Client
	served, refused, broken atomic.Int64
	distance                time.Duration
	close                   func() error
}

// newWire makes an emulator that counts by r. On loopback it listens.
func newWire(sc scenario, loopback bool, seed uint64) (*wire, error) {
	w := &wire{distance: refusalTime, close: func() error { return nil }}
	e := emulator.New(&emulator.Options{
		Responder: emulator.RespondFunc(respond),
		Quota:     quotaOf(sc.rule),
		Latency:   emulator.Latency{First: emulator.LogNormal(450*time.Millisecond, 870*time.Millisecond)},
		Faults:    faultsOf(sc),
		Seed:      seed,
	})
	w.base = e.Client()
	if loopback {
		s, err := e.Start()
		if err != nil {
			return nil, err
		}
		w.base, w.close, w.distance = s.Client(), s.Close, 0
	}
	w.bare = w.client()
	return w, nil
}

func quotaOf(r rule) emulator.Quota {
	return emulator.Quota{
		RPM: int(r.RPM), TPM: int(r.TPM), Depth: r.Bucket, FixedWindow: r.Fixed > 0,
		Burndown: max(1, r.Burndown), ChargeRejected: r.ChargeRejected,
	}
}

func faultsOf(sc scenario) []emulator.Fault {
	if sc.outage[1] == 0 {
		return nil
	}
	return []emulator.Fault{{
		From: sc.outage[0], Until: sc.outage[1],
		Error: &emulator.Failure{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailableException", Message: "The service is unavailable."},
	}}
}

// respond answers with as many tokens as the request's stop sequence says: the
// one part of a request that costs nothing and reaches the responder.
func respond(_ context.Context, r *emulator.Request) (*emulator.Reply, error) {
	reply := emulator.TextReply("ok")
	out := 1
	if s := r.InferenceConfig.StopSequences; len(s) == 1 {
		out, _ = strconv.Atoi(strings.TrimPrefix(s[0], "out="))
	}
	reply.Usage = &emulator.Usage{Input: r.InputTokens(), Output: out}
	return reply, nil
}

// client returns a client of the emulator whose requests are counted.
func (w *wire) client(fns ...func(*bedrockruntime.Options)) *bedrockruntime.Client {
	o := w.base.Options()
	o.Retryer = aws.NopRetryer{}
	o.HTTPClient = counting{w, o.HTTPClient}
	return bedrockruntime.New(o, fns...)
}

func (w *wire) counts() counts {
	return counts{int(w.served.Load()), int(w.refused.Load()), int(w.broken.Load())}
}

func (w *wire) exchange(ctx context.Context, k work) error { return converse(ctx, w.bare, k) }

func converse(ctx context.Context, c *bedrockruntime.Client, w work) error {
	_, err := c.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId: aws.String(modelID),
		Messages: []types.Message{{
			Role:    types.ConversationRoleUser,
			Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: prompt(w, 0)}},
		}},
		InferenceConfig: &types.InferenceConfiguration{
			MaxTokens:     aws.Int32(int32(w.maxTokens)),
			StopSequences: []string{fmt.Sprintf("out=%d", w.out)},
		},
	})
	return err
}

// counting counts the answers that pass. In process, a refusal takes as long as
// the way to the service and back; answers have that in their latency.
type counting struct {
	w    *wire
	next bedrockruntime.HTTPClient
}

func (c counting) Do(r *http.Request) (*http.Response, error) {
	resp, err := c.next.Do(r)
	switch {
	case err != nil:
	case resp.StatusCode == http.StatusOK:
		c.w.served.Add(1)
	case resp.StatusCode == http.StatusTooManyRequests:
		c.w.refused.Add(1)
		err = pause(r.Context(), c.w.distance)
	default:
		c.w.broken.Add(1)
		err = pause(r.Context(), c.w.distance)
	}
	return resp, err
}

func wireOf(b backend) (*wire, error) {
	w, ok := b.(*wire)
	if !ok {
		return nil, fmt.Errorf("the SDK's retries need a wire, not a %T", b)
	}
	return w, nil
}
