package bedrock

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
)

// Client is the part of the SDK's client that a [Model] asks.
// *bedrockruntime.Client is one.
type Client interface {
	Converse(context.Context, *bedrockruntime.ConverseInput, ...func(*bedrockruntime.Options)) (*bedrockruntime.ConverseOutput, error)
	ConverseStream(context.Context, *bedrockruntime.ConverseStreamInput, ...func(*bedrockruntime.Options)) (*bedrockruntime.ConverseStreamOutput, error)
}

// ClientOptions say how to reach Bedrock. The zero value is the SDK's default
// configuration: environment, shared files, the role of the machine, and a
// bearer token in AWS_BEARER_TOKEN_BEDROCK, which wins over credentials.
type ClientOptions struct {
	Region   string // wins over the configuration's
	Profile  string // of the shared configuration files; not with Config
	Endpoint string // a base URL, for a private endpoint or an emulator

	// Config is used in place of the default configuration.
	Config *aws.Config
	// HTTPClient sends the requests. nil is the SDK's, with a pool of 512 idle
	// connections for a host.
	HTTPClient bedrockruntime.HTTPClient

	// Load changes how the default configuration is loaded; not with Config.
	Load []func(*config.LoadOptions) error
	// Service changes the client's own options last: dual-stack and FIPS
	// endpoints, signers, interceptors, logging.
	Service []func(*bedrockruntime.Options)
}

// NewClient returns a client for [New] and for everything else here that asks
// Bedrock. Compared with bedrockruntime.NewFromConfig it never retries, since
// retry does and two layers multiply; it keeps a pool fit for many callers; and
// it is safe on servers that answer within a millisecond. It fails when the
// configuration cannot be loaded or names no region.
func NewClient(ctx context.Context, o *ClientOptions) (*bedrockruntime.Client, error) {
	if o == nil {
		o = &ClientOptions{}
	}
	cfg, err := o.load(ctx)
	if err != nil {
		return nil, err
	}
	if o.Region != "" {
		cfg.Region = o.Region
	}
	if cfg.Region == "" {
		return nil, fmt.Errorf("bedrock: no region: set ClientOptions.Region, AWS_REGION or the profile's region")
	}
	return bedrockruntime.NewFromConfig(cfg, func(so *bedrockruntime.Options) {
		so.Retryer = aws.NopRetryer{}
		so.Protocol = withFastProtocol(so.Protocol)
		so.HTTPClient = bodyCopier{tuned(so.HTTPClient)}
		if o.HTTPClient != nil {
			so.HTTPClient = bodyCopier{o.HTTPClient}
		}
		if o.Endpoint != "" {
			so.BaseEndpoint = &o.Endpoint
		}
		for _, f := range o.Service {
			f(so)
		}
	}), nil
}

// load returns the configuration. The HTTP client is not part of it: with
// AWS_CA_BUNDLE set, LoadDefaultConfig refuses every client but its own.
func (o *ClientOptions) load(ctx context.Context) (aws.Config, error) {
	if o.Config != nil {
		return o.Config.Copy(), nil
	}
	load := o.Load
	if o.Profile != "" {
		load = append(load[:len(load):len(load)], config.WithSharedConfigProfile(o.Profile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("bedrock: load the AWS configuration: %w", err)
	}
	return cfg, nil
}
