package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

// bare is what one writes by hand.
func bare(ctx context.Context, turns int) func() error {
	type line struct{ role, text string }
	var talk []line
	for n := range turns {
		user, model := said(n)
		talk = append(talk, line{"user", user}, line{"assistant", model})
	}
	c := client()
	return func() error {
		in := &bedrockruntime.ConverseInput{ModelId: aws.String(modelID)}
		add := func(l line) {
			in.Messages = append(in.Messages, types.Message{
				Role:    types.ConversationRole(l.role),
				Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: l.text}},
			})
		}
		for _, l := range talk {
			add(l)
		}
		add(line{"user", last})
		_, err := c.Converse(ctx, in)
		return err
	}
}

func client() *bedrockruntime.Client {
	return bedrockruntime.New(bedrockruntime.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("http://bedrock.test"), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
		HTTPClient:  &http.Client{Transport: echo{}},
	})
}

// echo reads a request and answers.
type echo struct{}

const (
	converse = `{"output":{"message":{"role":"assistant","content":[{"text":"It is on its way."}]}},"stopReason":"end_turn","usage":{"inputTokens":10,"outputTokens":6,"totalTokens":16},"metrics":{"latencyMs":1}}`
	invoke   = `{"id":"m","type":"message","role":"assistant","content":[{"type":"text","text":"It is on its way."}],"stop_reason":"end_turn","usage":{"input_tokens":10,"output_tokens":6}}`
)

func (echo) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	body := converse
	if strings.HasSuffix(r.URL.Path, "/invoke") {
		body = invoke
	}
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)),
		Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}, nil
}
