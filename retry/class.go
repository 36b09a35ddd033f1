package retry

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/tmc/langchaingo/llms"
)

// Class says what kind of failure an error is, and with it what helps.
type Class string

// The classes of failure. Codes are Bedrock's, as its API reference lists them.
const (
	ThrottleRequests Class = "throttleRequests" // too many requests a minute: wait and retry
	ThrottleTokens   Class = "throttleTokens"   // too many tokens a minute: wait and retry
	DailyQuota       Class = "dailyQuota"       // tokens per day, or a service quota: only another model or region helps
	Transient        Class = "transient"        // 500, 503, 408, a model that is not ready, a broken connection: retry soon
	ModelError       Class = "modelError"       // the model failed on this request (424): retry once
	Overflow         Class = "overflow"         // the input does not fit the model's context window
	Fatal            Class = "fatal"            // everything else: the same request would fail again
	Canceled         Class = "canceled"         // the caller gave up, or its own callback failed
)

// Throttled reports whether the service refused for its rate.
func (c Class) Throttled() bool { return c == ThrottleRequests || c == ThrottleTokens }

// Retryable reports whether the same request may succeed later.
func (c Class) Retryable() bool { return c.Throttled() || c == Transient || c == ModelError }

// Behaviours by which an error tells what it is. The AWS SDK's errors, smithy's
// and Causeway's bedrock.Error have them; nothing here imports their packages.
type (
	coded     interface{ ErrorCode() string }
	worded    interface{ ErrorMessage() string }
	statused  interface{ HTTPStatusCode() int }
	retryable interface{ RetryableError() bool }
	connected interface{ ConnectionError() bool }
)

// Classify returns the class of err, "" for nil. It looks at, in this order:
// a code the error carries (ErrorCode() string, in any case: inside a stream
// Bedrock writes throttlingException), langchaingo's llms.Error codes, the HTTP
// status (HTTPStatusCode() int), cancellation, and signs of a broken
// connection. The message only picks the dimension of a throttle, and tells an
// overflow from other invalid requests: "too many tokens, please wait" is a
// throttle because its code says so. What an *[Error] gave up on keeps its class.
func Classify(err error) Class {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	if c := classOfCode(err); c != "" {
		return c
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return Fatal // a wrong setting, not a broken connection
	}
	if c := classOfLLM(err); c != "" {
		return c
	}
	if c := classOfStatus(err); c != "" {
		return c
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Canceled
	}
	if brokenConnection(err) {
		return Transient
	}
	if r, ok := behaviour[retryable](err); ok && r.RetryableError() {
		return Transient
	}
	return Fatal
}

// behaviour finds the first error of err's tree that has the behaviour T.
// errors.As would do, but wants a pointer and panics when T is no interface.
func behaviour[T any](err error) (T, bool) {
	var t T
	ok := errors.As(err, &t)
	return t, ok
}

// classOfCode decides by the service's code. Codes that are unknown are left
// to the status.
func classOfCode(err error) Class {
	c, ok := behaviour[coded](err)
	if !ok {
		return ""
	}
	switch code := bareCode(c.ErrorCode()); code {
	case "validationexception":
		if saysOverflow(messageOf(err)) {
			return Overflow
		}
		return Fatal
	case "invalidsignatureexception", "signaturedoesnotmatch", "accessdeniedexception":
		if skewed(err) {
			return Transient
		}
		return Fatal
	default:
		class := codes[code]
		if class == ThrottleRequests {
			return dimension(messageOf(err))
		}
		return class
	}
}

// skewed reports whether a refused signature is the clock's fault, so that
// signing again, with the offset the SDK learned from the answer, will help.
func skewed(err error) bool {
	if r, ok := behaviour[retryable](err); ok && r.RetryableError() {
		return true // the SDK compared the answer's Date with our clock
	}
	m := strings.ToLower(messageOf(err))
	return strings.Contains(m, "signature expired") || strings.Contains(m, "signature not yet current")
}

// once reports whether one more attempt either helps or none will: a request
// the model failed on, and a refused signature, which the SDK signs anew with
// the clock's offset it learned from the refusal.
func once(err error, class Class) bool {
	if class == ModelError {
		return true
	}
	c, ok := behaviour[coded](err)
	if !ok {
		return false
	}
	switch bareCode(c.ErrorCode()) {
	case "invalidsignatureexception", "signaturedoesnotmatch", "accessdeniedexception", "requesttimetooskewed", "requestexpired":
		return true
	}
	return false
}

// classOfLLM decides by langchaingo's code, for models other than ours.
func classOfLLM(err error) Class {
	e, ok := errors.AsType[*llms.Error](err)
	if !ok {
		return ""
	}
	switch e.Code {
	case llms.ErrCodeRateLimit:
		return dimension(err.Error())
	case llms.ErrCodeQuotaExceeded:
		return DailyQuota
	case llms.ErrCodeTokenLimit:
		return Overflow
	case llms.ErrCodeProviderUnavailable, llms.ErrCodeTimeout:
		return Transient
	case llms.ErrCodeCanceled:
		return Canceled
	case llms.ErrCodeUnknown, "":
		return ""
	}
	return Fatal
}

// classOfStatus decides by HTTP status. 529 is what some gateways answer when
// overloaded.
func classOfStatus(err error) Class {
	s, ok := behaviour[statused](err)
	if !ok {
		return ""
	}
	switch status := s.HTTPStatusCode(); {
	case status == http.StatusTooManyRequests:
		return dimension(messageOf(err))
	case status == http.StatusFailedDependency:
		return ModelError
	case status == http.StatusRequestTimeout, status >= 500 && status != http.StatusNotImplemented:
		return Transient
	case status >= 400:
		return Fatal
	}
	return ""
}

// brokenConnection reports whether the exchange was cut short.
func brokenConnection(err error) bool {
	for _, sign := range []error{
		io.ErrUnexpectedEOF, io.EOF, io.ErrClosedPipe, net.ErrClosed,
		syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.ECONNABORTED, syscall.EPIPE, syscall.ETIMEDOUT,
	} {
		if errors.Is(err, sign) {
			return true
		}
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() {
		return true
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return true
	}
	c, ok := behaviour[connected](err)
	return ok && c.ConnectionError()
}
