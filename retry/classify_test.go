package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"syscall"
	"testing"

	"github.com/causeway-go/causeway/retry"
	"github.com/tmc/langchaingo/llms"
)

func TestClassify(t *testing.T) {
	api := func(status int, code, message string) error {
		return fmt.Errorf("asking: %w", &apiError{code: code, message: message, status: status})
	}
	for _, test := range []struct {
		name string
		err  error
		want retry.Class
	}{
		{"nil", nil, ""},
		{"requests", errThrottled, retry.ThrottleRequests},
		{"tokens: a throttle, no overflow", errTokens, retry.ThrottleTokens},
		{"tokens per day", errDaily, retry.DailyQuota},
		{"no dimension named", api(429, "ThrottlingException", "Rate exceeded"), retry.ThrottleRequests},
		{"in a stream: lower camel, no status", api(0, "throttlingException", "Too many tokens, please wait"), retry.ThrottleTokens},
		{"in a stream: unavailable", api(0, "serviceUnavailableException", ""), retry.Transient},
		{"in a stream: internal", api(0, "internalServerException", ""), retry.Transient},
		{"in a stream: the model", api(0, "modelStreamErrorException", ""), retry.ModelError},
		{"in a stream: invalid", api(0, "validationException", "bad"), retry.Fatal},
		{"a stream that ended too soon", api(200, "IncompleteStream", ""), retry.Transient},
		{"a stream that fell silent", api(200, "StreamIdle", ""), retry.Transient},
		{"namespaced code", api(0, "com.amazon.coral.availability#ThrottlingException:http://internal/", ""), retry.ThrottleRequests},
		{"429 that is not ready", api(429, "ModelNotReadyException", ""), retry.Transient},
		{"429 of a code nobody knows", api(429, "SomethingNew", "too many tokens"), retry.ThrottleTokens},
		{"service quota", api(400, "ServiceQuotaExceededException", ""), retry.DailyQuota},
		{"internal", api(500, "InternalServerException", ""), retry.Transient},
		{"unavailable", api(503, "ServiceUnavailableException", ""), retry.Transient},
		{"model timeout", api(408, "ModelTimeoutException", ""), retry.Transient},
		{"model error", api(424, "ModelErrorException", ""), retry.ModelError},
		{"gateway", api(502, "", ""), retry.Transient},
		{"overflow", api(400, "ValidationException", "Input is too long for requested model."), retry.Overflow},
		{"overflow, Claude's words", api(400, "ValidationException", "prompt is too long: 210000 tokens > 200000 maximum"), retry.Overflow},
		{"invalid", errInvalid, retry.Fatal},
		{"denied", api(403, "AccessDeniedException", "not authorized"), retry.Fatal},
		{"wrong key", api(403, "InvalidSignatureException", "The request signature we calculated does not match"), retry.Fatal},
		{"wrong clock", api(403, "InvalidSignatureException", "Signature expired: …"), retry.Transient},
		{"S3", api(503, "SlowDown", "Please reduce your request rate."), retry.ThrottleRequests},
		{"langchaingo: rate", llms.NewError(llms.ErrCodeRateLimit, "openai", "rate limit reached for tokens"), retry.ThrottleTokens},
		{"langchaingo: quota", llms.NewError(llms.ErrCodeQuotaExceeded, "openai", ""), retry.DailyQuota},
		{"langchaingo: too long", llms.NewError(llms.ErrCodeTokenLimit, "openai", ""), retry.Overflow},
		{"langchaingo: down", llms.NewError(llms.ErrCodeProviderUnavailable, "openai", ""), retry.Transient},
		{"langchaingo: key", llms.NewError(llms.ErrCodeAuthentication, "openai", ""), retry.Fatal},
		{"cut", fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), retry.Transient},
		{"reset", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, retry.Transient},
		{"refused", &url.Error{Op: "Post", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}, retry.Transient},
		{"no such host", &net.DNSError{Err: "no such host", IsNotFound: true}, retry.Fatal},
		{"name server down", &net.DNSError{Err: "server misbehaving", IsTemporary: true}, retry.Transient},
		{"canceled", context.Canceled, retry.Canceled},
		{"a throttle and a deadline: the throttle", errors.Join(context.DeadlineExceeded, errThrottled), retry.ThrottleRequests},
		{"given up on", &retry.Error{Class: retry.ThrottleTokens, Err: errTokens}, retry.ThrottleTokens},
		{"unknown", errors.New("boom"), retry.Fatal},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := retry.Classify(test.err); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// Whatever a code and a message hold, classifying them neither panics nor
// makes up a class.
func FuzzClassify(f *testing.F) {
	f.Add("ThrottlingException", "Too many tokens per day", 429)
	f.Add("com.amazon#x:http://y", "", 0)
	f.Add("", "prompt is too long", 400)
	known := map[retry.Class]bool{
		retry.ThrottleRequests: true, retry.ThrottleTokens: true, retry.DailyQuota: true, retry.Transient: true,
		retry.ModelError: true, retry.Overflow: true, retry.Fatal: true,
	}
	f.Fuzz(func(t *testing.T, code, message string, status int) {
		err := &apiError{code: code, message: message, status: status}
		if class := retry.Classify(err); !known[class] || class != retry.Classify(fmt.Errorf("asking: %w", err)) {
			t.Errorf("%q %q %d: %q", code, message, status, class)
		}
	})
}
