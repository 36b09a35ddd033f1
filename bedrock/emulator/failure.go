package emulator

import (
	"fmt"
	"net/http"
)

// Failure is an error as Bedrock answers it: a status, a code and a message.
// The zero Status is the one that belongs to the code.
type Failure struct {
	Status  int
	Code    string // ThrottlingException, ValidationException, ...
	Message string
}

// Error names the code and the message.
func (f *Failure) Error() string { return fmt.Sprintf("%s: %s", f.Code, f.Message) }

func (f *Failure) status() int {
	if f.Status != 0 {
		return f.Status
	}
	if s, ok := statuses[f.Code]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// statuses are the HTTP statuses of Bedrock's exceptions, from the pages of
// the InvokeModel and Converse API.
var statuses = map[string]int{
	"ValidationException":            http.StatusBadRequest,
	"SerializationException":         http.StatusBadRequest,
	"ServiceQuotaExceededException":  http.StatusBadRequest,
	"ConflictException":              http.StatusBadRequest,
	"AccessDeniedException":          http.StatusForbidden,
	"UnrecognizedClientException":    http.StatusForbidden,
	"InvalidSignatureException":      http.StatusForbidden,
	"ExpiredTokenException":          http.StatusForbidden,
	"IncompleteSignatureException":   http.StatusForbidden,
	"ResourceNotFoundException":      http.StatusNotFound,
	"UnknownOperationException":      http.StatusNotFound,
	"ModelTimeoutException":          http.StatusRequestTimeout,
	"RequestEntityTooLargeException": http.StatusRequestEntityTooLarge,
	"ModelErrorException":            http.StatusFailedDependency,
	"ModelStreamErrorException":      http.StatusFailedDependency,
	"ThrottlingException":            http.StatusTooManyRequests,
	"ModelNotReadyException":         http.StatusTooManyRequests,
	"InternalServerException":        http.StatusInternalServerError,
	"ServiceUnavailableException":    http.StatusServiceUnavailable,
}

// The messages of throttled calls name the dimension that ran out. They are
// the words users report from Bedrock; the service documents none of them.
const (
	msgRequests   = "Too many requests, please wait before trying again."
	msgTokens     = "Too many tokens, please wait before trying again."
	msgConcurrent = "Too many concurrent requests, please wait before trying again."
	msgDaily      = "Too many tokens per day, please wait before trying again."
	msgModelID    = "The provided model identifier is invalid."
	msgReplyFail  = "The system encountered an unexpected error during processing. Try your request again."
)

func invalid(format string, args ...any) *Failure {
	return &Failure{Code: "ValidationException", Message: fmt.Sprintf(format, args...)}
}

func internal(format string, args ...any) *Failure {
	return &Failure{Code: "InternalServerException", Message: fmt.Sprintf(format, args...)}
}

// errorType is the value of x-amzn-ErrorType: the code and the layer that
// answers. The signature check stands in front of the service.
func (f *Failure) errorType() string {
	switch f.Code {
	case "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException",
		"IncompleteSignatureException", "MissingAuthenticationTokenException", "SerializationException", "UnknownOperationException":
		return f.Code + ":http://internal.amazon.com/coral/com.amazon.coral.service/"
	}
	return f.Code + ":http://internal.amazon.com/coral/com.amazon.bedrock/"
}
