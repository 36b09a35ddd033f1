package bedrock_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/retry"
)

// exceptions are the twelve of the Bedrock Runtime API reference, with the
// status each travels with and what langchaingo calls it.
var exceptions = []struct {
	code   string
	status int
	is     func(error) bool
}{
	{"AccessDeniedException", 403, llms.IsAuthenticationError},
	{"ConflictException", 409, llms.IsInvalidRequestError},
	{"InternalServerException", 500, llms.IsProviderUnavailableError},
	{"ModelErrorException", 424, llms.IsProviderUnavailableError},
	{"ModelNotReadyException", 429, llms.IsProviderUnavailableError},
	{"ModelStreamErrorException", 424, llms.IsProviderUnavailableError},
	{"ModelTimeoutException", 408, llms.IsTimeoutError},
	{"ResourceNotFoundException", 404, isResourceNotFound},
	{"ServiceQuotaExceededException", 400, llms.IsQuotaExceededError},
	{"ServiceUnavailableException", 503, llms.IsProviderUnavailableError},
	{"ThrottlingException", 429, llms.IsRateLimitError},
	{"ValidationException", 400, llms.IsInvalidRequestError},
}

func TestExceptionAnswers(t *testing.T) {
	for _, x := range exceptions {
		t.Run(x.code, func(t *testing.T) {
			w := &wire{answer: func(*http.Request) *http.Response {
				return response(x.status, map[string]string{"X-Amzn-ErrorType": x.code + ":http://internal.amazon.com/", "X-Amzn-RequestId": "req-9"}, []byte(`{"message":"in words"}`))
			}}
			for _, opts := range [][]llms.CallOption{nil, {llms.WithStreamingFunc(deaf)}} {
				_, err := newModel(t, w, "m", nil).GenerateContent(t.Context(), human("hi"), opts...)
				checkException(t, err, x.code, x.status, false, "req-9")
				if !x.is(err) {
					t.Errorf("langchaingo does not know %v", err)
				}
			}
			if w.sent != 2 {
				t.Errorf("%d requests for 2 calls: the SDK retried", w.sent)
			}
		})
	}
}

func TestExceptionEvents(t *testing.T) {
	for _, x := range exceptions {
		t.Run(x.code, func(t *testing.T) {
			lower := strings.ToLower(x.code[:1]) + x.code[1:]
			body := append(events(t, "messageStart", `{"role":"assistant"}`, "contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"a"}}`),
				frame(t, "exception", lower, `{"message":"in words"}`)...)
			_, err := newModel(t, streaming(body), "m", nil).GenerateContent(t.Context(), human("hi"), llms.WithStreamingFunc(deaf))
			checkException(t, err, x.code, 200, true, "req-2")
			if !x.is(err) {
				t.Errorf("langchaingo does not know %v", err)
			}
		})
	}
}

func checkException(t *testing.T, err error, code string, status int, inStream bool, requestID string) {
	t.Helper()
	e, ok := errors.AsType[*bedrock.Error](err)
	if !ok {
		t.Fatalf("%T %v", err, err)
	}
	if e.Code != code || e.Status != status || e.InStream != inStream || e.RequestID != requestID || e.Message != "in words" || e.Model != "m" {
		t.Errorf("%+v", *e)
	}
	if !errors.Is(err, &bedrock.Error{Code: code}) || errors.Is(err, &bedrock.Error{Code: "Other"}) {
		t.Errorf("errors.Is does not go by the code of %v", err)
	}
	if text := err.Error(); !strings.Contains(text, code+": in words") || !strings.Contains(text, requestID) {
		t.Errorf("it says %q", text)
	}
}

// Overflow is a matter of words, but never where the code says throttle.
func TestOverflow(t *testing.T) {
	for _, c := range []struct {
		code, message string
		overflow      bool
	}{
		{"ValidationException", "Input is too long for requested model.", true},
		{"ValidationException", "The model returned the following errors: prompt is too long: 210000 tokens > 200000 maximum", true},
		{"ValidationException", "The model returned the following errors: input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000", true},
		{"ValidationException", "This model's maximum context length is 131072 tokens.", true},
		{"ValidationException", "The provided model identifier is invalid.", false},
		{"ThrottlingException", "Too many tokens, please wait before trying again.", false},
		{"ThrottlingException", "Too many input tokens per day, please wait.", false},
	} {
		err := error(&bedrock.Error{Code: c.code, Message: c.message})
		if llms.IsTokenLimitError(err) != c.overflow {
			t.Errorf("%s %q: overflow is not %v", c.code, c.message, c.overflow)
		}
		if rate := c.code == "ThrottlingException"; llms.IsRateLimitError(err) != rate || errors.Is(err, llms.ErrRateLimit) != rate {
			t.Errorf("%s %q: rate limit is not %v", c.code, c.message, rate)
		}
	}
}

// What no code explains goes by the status, or by what happened on the way.
func TestUnknownFailures(t *testing.T) {
	for status, want := range map[int]llms.ErrorCode{
		401: llms.ErrCodeAuthentication, 404: llms.ErrCodeResourceNotFound, 408: llms.ErrCodeTimeout,
		422: llms.ErrCodeInvalidRequest, 429: llms.ErrCodeRateLimit, 502: llms.ErrCodeProviderUnavailable, 529: llms.ErrCodeProviderUnavailable,
	} {
		w := &wire{answer: func(*http.Request) *http.Response { return response(status, nil, []byte(`<html>a gateway</html>`)) }}
		_, err := newModel(t, w, "m", nil).GenerateContent(t.Context(), human("hi"))
		e, ok := errors.AsType[*llms.Error](err)
		if !ok || e.Code != want {
			t.Errorf("status %d: %v", status, err)
		}
	}
	refused := doFunc(func(*http.Request) (*http.Response, error) { return nil, fmt.Errorf("dial tcp: connection refused") })
	m, err := bedrock.New(clientOver(t, refused), "m", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.GenerateContent(t.Context(), human("hi")); !llms.IsProviderUnavailableError(err) || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("unreachable: %v", err)
	}
}

// retry decides by behaviour: it must find ours.
func TestRetryUnderstands(t *testing.T) {
	for code, want := range map[string]retry.Class{
		"ThrottlingException": retry.ThrottleRequests, "ModelNotReadyException": retry.Transient, "InternalServerException": retry.Transient,
		"ServiceUnavailableException": retry.Transient, "ModelTimeoutException": retry.Transient, "ModelErrorException": retry.ModelError,
		"ModelStreamErrorException": retry.ModelError, "ServiceQuotaExceededException": retry.DailyQuota,
		"ValidationException": retry.Fatal, "AccessDeniedException": retry.Fatal, "ResourceNotFoundException": retry.Fatal,
		"ConflictException": retry.Fatal, bedrock.CodeInvalidRequest: retry.Fatal,
		bedrock.CodeIncompleteStream: retry.Transient, bedrock.CodeStreamIdle: retry.Transient,
	} {
		for _, err := range []error{&bedrock.Error{Code: code, Status: 429}, &bedrock.Error{Code: code, Status: 200, InStream: true}} {
			if got := retry.Classify(err); got != want {
				t.Errorf("%v: %s, want %s", err, got, want)
			}
		}
	}
	for message, want := range map[string]retry.Class{
		"Too many tokens, please wait before trying again.": retry.ThrottleTokens,
		"Too many tokens per day, please wait.":             retry.DailyQuota,
	} {
		if got := retry.Classify(&bedrock.Error{Code: "ThrottlingException", Message: message}); got != want {
			t.Errorf("%s: %s", message, got)
		}
	}
	overflow := &bedrock.Error{Code: "ValidationException", Message: "Input is too long for requested model."}
	if got := retry.Classify(overflow); got != retry.Overflow {
		t.Errorf("overflow: %s", got)
	}
}

type doFunc func(*http.Request) (*http.Response, error)

func (f doFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

// isResourceNotFound is the sibling that llms lacks.
func isResourceNotFound(err error) bool {
	return errors.Is(err, &llms.Error{Code: llms.ErrCodeResourceNotFound})
}

// A call that never arrives says whom it could not reach; one that was given up
// says that, and does not blame the service.
func TestUnreachable(t *testing.T) {
	client, err := bedrock.NewClient(t.Context(), &bedrock.ClientOptions{
		Endpoint: "http://127.0.0.1:1", // nobody listens there
		Config:   &aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")},
	})
	if err != nil {
		t.Fatal(err)
	}
	model, err := bedrock.New(client, "amazon.nova-lite-v1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		ctx       context.Context
		want, not string
	}{
		{t.Context(), "cannot reach 127.0.0.1:1: ", "StatusCode"},
		{cancelled, "context canceled", "cannot reach"},
	} {
		_, err := model.GenerateContent(tt.ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "hi")})
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), tt.not) {
			t.Errorf("error %v, want %q and no %q", err, tt.want, tt.not)
		}
	}
}
