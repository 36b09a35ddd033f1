package bedrock

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// llmsCodes holds langchaingo's code for each of Bedrock's exceptions, and for
// what the AWS front end answers before Bedrock is reached. The twelve
// exceptions are those of the Bedrock Runtime API reference.
var llmsCodes = map[string]llms.ErrorCode{
	"AccessDeniedException":         llms.ErrCodeAuthentication,
	"ConflictException":             llms.ErrCodeInvalidRequest,
	"InternalServerException":       llms.ErrCodeProviderUnavailable,
	"ModelErrorException":           llms.ErrCodeProviderUnavailable,
	"ModelNotReadyException":        llms.ErrCodeProviderUnavailable,
	"ModelStreamErrorException":     llms.ErrCodeProviderUnavailable,
	"ModelTimeoutException":         llms.ErrCodeTimeout,
	"ResourceNotFoundException":     llms.ErrCodeResourceNotFound,
	"ServiceQuotaExceededException": llms.ErrCodeQuotaExceeded,
	"ServiceUnavailableException":   llms.ErrCodeProviderUnavailable,
	"ThrottlingException":           llms.ErrCodeRateLimit,
	"ValidationException":           llms.ErrCodeInvalidRequest,

	"ExpiredTokenException":               llms.ErrCodeAuthentication,
	"IncompleteSignatureException":        llms.ErrCodeAuthentication,
	"InvalidSignatureException":           llms.ErrCodeAuthentication,
	"MissingAuthenticationTokenException": llms.ErrCodeAuthentication,
	"UnrecognizedClientException":         llms.ErrCodeAuthentication,
	"TooManyRequestsException":            llms.ErrCodeRateLimit,

	CodeIncompleteStream: llms.ErrCodeProviderUnavailable,
	CodeStreamIdle:       llms.ErrCodeTimeout,
	CodeInvalidRequest:   llms.ErrCodeInvalidRequest,
}

// llmsCode returns langchaingo's code for e: by the service's code, then by
// what the context or the connection did, then by the status.
func (e *Error) llmsCode() llms.ErrorCode {
	if c, ok := llmsCodes[e.Code]; ok {
		if e.Overflow() {
			return llms.ErrCodeTokenLimit
		}
		return c
	}
	switch {
	case errors.Is(e.Err, context.Canceled):
		return llms.ErrCodeCanceled
	case errors.Is(e.Err, context.DeadlineExceeded):
		return llms.ErrCodeTimeout
	case e.Status == 0:
		return unreachedCode(e.Err)
	}
	return statusCode(e.Status)
}

// unreachedCode tells a service that could not be reached from a name that
// does not exist, which is a wrong setting.
func unreachedCode(err error) llms.ErrorCode {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return llms.ErrCodeUnknown
	}
	if c, ok := errors.AsType[connectionError](err); ok && c.ConnectionError() {
		return llms.ErrCodeProviderUnavailable
	}
	return llms.ErrCodeUnknown
}

// connectionError is how smithy marks a request that could not be sent.
type connectionError interface {
	error
	ConnectionError() bool
}

func statusCode(status int) llms.ErrorCode {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return llms.ErrCodeAuthentication
	case status == http.StatusNotFound:
		return llms.ErrCodeResourceNotFound
	case status == http.StatusRequestTimeout:
		return llms.ErrCodeTimeout
	case status == http.StatusTooManyRequests:
		return llms.ErrCodeRateLimit
	case status >= http.StatusInternalServerError:
		return llms.ErrCodeProviderUnavailable
	case status >= http.StatusBadRequest:
		return llms.ErrCodeInvalidRequest
	}
	return llms.ErrCodeUnknown
}

// Overflow reports whether the input did not fit the model's context window.
// Bedrock has no code for it: a ValidationException says so in words, each
// provider in its own. A throttle that says "too many tokens" is none, because
// its code is ThrottlingException.
func (e *Error) Overflow() bool {
	if e.Code != "ValidationException" && e.Code != "ModelErrorException" {
		return false
	}
	m := strings.ToLower(e.Message)
	for _, sign := range overflowSigns {
		if strings.Contains(m, sign) {
			return true
		}
	}
	return false
}

var overflowSigns = []string{
	"too long", // "Input is too long for requested model.", "prompt is too long: 210000 tokens > 200000 maximum"
	"context window",
	"context length", // "This model's maximum context length is ..."
	"context limit",  // "input length and `max_tokens` exceed context limit"
	"maximum number of tokens",
	"too many input tokens",
	"too many total text bytes",
}
