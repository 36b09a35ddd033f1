package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsretry "github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
)

// sdkStandard is the SDK's default, with so many attempts.
func sdkStandard(name string, attempts int) policy {
	return sdk(name, func() aws.Retryer {
		return awsretry.NewStandard(func(o *awsretry.StandardOptions) { o.MaxAttempts = attempts })
	})
}

// sdkAdaptive is the SDK's adaptive mode.
func sdkAdaptive(name string) policy {
	return sdk(name, func() aws.Retryer {
		return polled{awsretry.NewAdaptiveMode(func(o *awsretry.AdaptiveModeOptions) { o.FailOnNoAttemptTokens = true })}
	})
}

func sdk(name string, retryer func() aws.Retryer) policy {
	return policy{name: name, start: func(b backend, _ scenario, _ uint64) (func(context.Context, work) error, error) {
		e, err := wireOf(b)
		if err != nil {
			return nil, err
		}
		r := retryer()
		client := e.client(func(o *bedrockruntime.Options) { o.Retryer = r })
		return func(ctx context.Context, w work) error { return converse(ctx, client, w) }, nil
	}}
}

// polled asks the adaptive mode for a token every 50 ms. Its own wait may
// round to 0 ns, and then never ends where time is virtual.
type polled struct{ *awsretry.AdaptiveMode }

func (p polled) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	for {
		release, err := p.AdaptiveMode.GetAttemptToken(ctx)
		if err == nil || ctx.Err() != nil {
			return release, err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return nil, err
		}
	}
}
