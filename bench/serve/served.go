package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
	"github.com/causeway-go/causeway/templates"
)

// beServer is the process of package serve: a chain for each pace of the model
// at address model, and one whose runs wait until they are cancelled.
func beServer(model string) error {
	chains, err := makeChains(model)
	if err != nil {
		return err
	}
	s := serve.New(chains, &serve.Options{MaxRuns: 20_000, Timeout: time.Hour})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		fmt.Fprintln(os.Stderr, serve.Serve(context.Background(), l, s))
		os.Exit(1)
	}()
	return attend("http://" + l.Addr().String())
}

func makeChains(model string) ([]*chain.Chain, error) {
	p, err := templates.Parse([]byte("schema: causeway.prompt/v1\nname: answer\nmodel: {id: m, maxTokens: 512}\n" +
		"input: {required: [text], properties: {text: {type: string}}}\nmessages: [{user: \"{{text}}\"}]\n"))
	if err != nil {
		return nil, err
	}
	var steps []chain.Step
	for _, at := range paces {
		cfg := account()
		client, err := bedrock.NewClient(context.Background(), &bedrock.ClientOptions{Endpoint: model + "/" + at.name, Config: &cfg})
		if err != nil {
			return nil, err
		}
		m, err := bedrock.New(client, modelID, nil)
		if err != nil {
			return nil, err
		}
		steps = append(steps, chain.Prompt(at.name, m, chain.Template(p), nil))
	}
	steps = append(steps, chain.Func("idle", func(ctx context.Context, _ struct {
		Text string `json:"text"`
	},
	) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}, nil))
	var all []*chain.Chain
	for _, s := range steps {
		c, err := chain.New(s.Name(), []chain.Step{s}, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func account() aws.Config {
	return aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", "")}
}

// bare is the client that the SDK makes, over a transport that does not lose
// streams to a server which answers before the first token (see bedrock).
func bare(endpoint string) *bedrockruntime.Client {
	return bedrockruntime.NewFromConfig(account(), func(o *bedrockruntime.Options) {
		o.BaseEndpoint = &endpoint
		o.HTTPClient = copying{o.HTTPClient}
	})
}

// copying hands on a request's body as bytes.
type copying struct{ bedrockruntime.HTTPClient }

func (c copying) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return c.HTTPClient.Do(r)
}

// listen serves h in the background and returns its address.
func listen(h http.Handler) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() { _ = http.Serve(l, h) }()
	return "http://" + l.Addr().String(), nil
}
