package bedrock

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// callError describes an error of the SDK's client. An *Error passes as it is.
func callError(operation, model string, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	e := &Error{Operation: operation, Model: model, Err: err}
	if r, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		e.RequestID = r.ServiceRequestID()
		e.Status = r.HTTPStatusCode()
	}
	switch api, ok := errors.AsType[smithy.APIError](err); {
	case ok:
		e.Code, e.Message = serviceCode(api.ErrorCode()), api.ErrorMessage()
	case errors.Is(err, ErrStreamIdle):
		e.Code, e.Message = CodeStreamIdle, err.Error()
	default:
		e.Message = rootMessage(err)
	}
	return e
}

// streamError describes an error that came after a stream had begun well. What
// is neither the service's word nor the caller's doing is a stream cut short.
func streamError(operation, model, requestID string, err error) *Error {
	e := callError(operation, model, err)
	e.InStream, e.Status, e.RequestID = true, http.StatusOK, requestID
	switch {
	case e.Code != "", errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	case err == ErrIncompleteStream:
		e.Code = CodeIncompleteStream
	default:
		e.Code = CodeIncompleteStream
		e.Message = ErrIncompleteStream.Error() + ": " + e.Message
		e.Err = errors.Join(ErrIncompleteStream, err)
	}
	return e
}

// serviceCode writes an exception's name as Bedrock's API reference does.
// Inside a stream it travels with a small first letter.
func serviceCode(code string) string {
	if code != "" && code[0] >= 'a' && code[0] <= 'z' && strings.HasSuffix(code, "Exception") {
		return string(code[0]-'a'+'A') + code[1:]
	}
	return code
}

// rootMessage returns the words of an error without the SDK's wrapping, which
// repeats the operation, the status of an answer that never came, and that
// retries ran out where none were made.
func rootMessage(err error) string {
	if e, ok := errors.AsType[*url.Error](err); ok && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		host := e.URL
		if u, parsed := url.Parse(e.URL); parsed == nil {
			host = u.Host
		}
		return "cannot reach " + host + ": " + e.Err.Error()
	}
	if op, ok := errors.AsType[*smithy.OperationError](err); ok {
		err = op.Err
	}
	return err.Error()
}

// invalid says that a request cannot be made; nothing was sent.
func invalid(operation, model, message string) *Error {
	return &Error{Operation: operation, Model: model, Code: CodeInvalidRequest, Message: message}
}
