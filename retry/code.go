package retry

import "strings"

// bareCode returns the code in lower case, without the namespace before it or
// the address after it that AWS protocols put around codes.
func bareCode(code string) string {
	if i := strings.LastIndexByte(code, '#'); i >= 0 {
		code = code[i+1:]
	}
	code, _, _ = strings.Cut(code, ":")
	return strings.ToLower(strings.TrimSpace(code))
}

// codes holds the codes of Bedrock, and of the AWS services that a chain's
// tools and stores call.
var codes = map[string]Class{
	"throttlingexception":                    ThrottleRequests,
	"throttling":                             ThrottleRequests,
	"throttledexception":                     ThrottleRequests,
	"toomanyrequestsexception":               ThrottleRequests,
	"requestlimitexceeded":                   ThrottleRequests,
	"requestthrottled":                       ThrottleRequests,
	"requestthrottledexception":              ThrottleRequests,
	"slowdown":                               ThrottleRequests,
	"provisionedthroughputexceededexception": ThrottleRequests,
	"servicequotaexceededexception":          DailyQuota,
	"internalserverexception":                Transient,
	"internalservererror":                    Transient,
	"internalfailure":                        Transient,
	"internalerror":                          Transient,
	"serviceunavailableexception":            Transient,
	"serviceunavailable":                     Transient,
	"modelnotreadyexception":                 Transient,
	"modeltimeoutexception":                  Transient,
	"requesttimeout":                         Transient,
	"requesttimeoutexception":                Transient,
	"requesttimetooskewed":                   Transient,
	"requestexpired":                         Transient,
	"incompletestream":                       Transient, // bedrock's own: the stream was cut
	"streamidle":                             Transient, // bedrock's own: the stream fell silent
	"modelerrorexception":                    ModelError,
	"modelstreamerrorexception":              ModelError,
	"resourcenotfoundexception":              Fatal,
	"unrecognizedclientexception":            Fatal,
}

// dimension reads which rate a throttle is about from its message. Bedrock
// writes "Too many tokens, please wait before trying again.", "Too many
// requests, …" and "Too many tokens per day, …".
func dimension(message string) Class {
	m := strings.ToLower(message)
	switch {
	case strings.Contains(m, "per day") || strings.Contains(m, "daily"):
		return DailyQuota
	case strings.Contains(m, "token"):
		return ThrottleTokens
	}
	return ThrottleRequests
}

// saysOverflow reports whether an invalid request is one that is too long. No
// code tells them apart: Bedrock has one ValidationException for all.
func saysOverflow(message string) bool {
	m := strings.ToLower(message)
	for _, sign := range []string{"too long", "context window", "context length", "context limit", "maximum number of tokens", "too many input tokens"} {
		if strings.Contains(m, sign) {
			return true
		}
	}
	return false
}

// messageOf returns the service's own words.
func messageOf(err error) string {
	if w, ok := behaviour[worded](err); ok {
		return w.ErrorMessage()
	}
	return err.Error()
}
