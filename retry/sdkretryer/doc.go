// Package sdkretryer lets people who call Bedrock with the bare AWS SDK have
// the gate of package retry: a [Retryer] is an aws.RetryerV2.
//
//	gate := retry.NewGate(nil) // share it between all clients of one model
//	client := bedrockruntime.NewFromConfig(cfg, func(o *bedrockruntime.Options) {
//		o.Retryer = sdkretryer.New(gate, nil)
//	})
//
// Use it or [retry.Wrap], not both: a client with this retryer inside a
// wrapped model fails each call with [retry.ErrLayers]. Streams are retried
// only until the response begins; the SDK asks nobody after that.
//
// The package fits the SDK's interface by shape and imports nothing of AWS.
package sdkretryer
