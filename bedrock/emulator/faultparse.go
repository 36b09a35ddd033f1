package emulator

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// faultErrors are the errors a fault can be named by.
var faultErrors = map[string]*Failure{
	"throttle":     {Code: "ThrottlingException", Message: msgRequests},
	"tokens":       {Code: "ThrottlingException", Message: msgTokens},
	"daily":        {Code: "ThrottlingException", Message: msgDaily},
	"notready":     {Code: "ModelNotReadyException", Message: "The model specified in the request is not ready to serve inference requests."},
	"429":          {Code: "ThrottlingException", Message: msgRequests},
	"408":          {Code: "ModelTimeoutException", Message: "The model timed out while processing your request."},
	"424":          {Code: "ModelErrorException", Message: "The request failed due to an error while processing the model."},
	"500":          {Code: "InternalServerException", Message: msgReplyFail},
	"503":          {Code: "ServiceUnavailableException", Message: "Bedrock is unable to process your request."},
	"access":       {Code: "AccessDeniedException", Message: "You don't have access to the model with the specified model ID."},
	"serviceQuota": {Code: "ServiceQuotaExceededException", Message: "Your request exceeds the service quota for your account."},
}

var breakKinds = map[string]BreakKind{
	"cut": BreakCut, "midFrame": BreakMidFrame, "streamReset": BreakReset, "abort": BreakAbort, "stall": BreakStall, "exception": BreakException,
	"checksum": BreakChecksum, "malformed": BreakMalformed, "unknownEvent": BreakUnknownEvent, "unknownBlock": BreakUnknownBlock,
}

// ParseFault reads a fault from one line, for commands: what goes wrong, then
// what it happens to.
//
//	throttle,first=2         503,rate=0.1            cut,after=5,every=3
//	reset,model=*haiku*      delay=2s,from=10s,until=20s
//	exception=throttle,after=1,op=ConverseStream
//
// What: throttle, tokens, daily (429 of each dimension), notready, 408, 424,
// 429, 500, 503, access, serviceQuota, reset, delay=; for streams cut,
// midFrame, streamReset, abort, stall, exception=, checksum, malformed, unknownEvent,
// unknownBlock, with after=. Whom: first=, every=, rate=, from=, until=, op=,
// model=.
func ParseFault(s string) (Fault, error) {
	var f Fault
	after, does := 0, false
	for field := range strings.SplitSeq(s, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		if f.what(name, value) {
			does = true
			continue
		}
		if err := f.whom(name, value, &after); err != nil {
			return Fault{}, fmt.Errorf("emulator: the fault %q: %w", s, err)
		}
		does = does || f.Delay > 0
	}
	if !does {
		return Fault{}, fmt.Errorf("emulator: the fault %q does nothing: name what goes wrong, such as throttle, 503, reset, cut or delay=2s", s)
	}
	if f.Stream != nil {
		f.Stream.After = after
	} else if after > 0 {
		return Fault{}, fmt.Errorf("emulator: the fault %q: after= belongs to a broken stream, such as cut", s)
	}
	return f, nil
}

// what reads the part that goes wrong; false when the name is none.
func (f *Fault) what(name, value string) bool {
	if name == "reset" {
		f.Reset = true
		return true
	}
	if e, ok := faultErrors[name]; ok {
		f.Error = e
		return true
	}
	kind, ok := breakKinds[name]
	if ok {
		f.Stream = &Break{Kind: kind, Error: faultErrors[value]}
	}
	return ok
}

// whom reads the part that chooses calls.
func (f *Fault) whom(name, value string, after *int) (err error) {
	switch name {
	case "first":
		f.First, err = strconv.Atoi(value)
	case "every":
		f.Every, err = strconv.Atoi(value)
	case "after":
		*after, err = strconv.Atoi(value)
	case "rate":
		f.Rate, err = strconv.ParseFloat(value, 64)
	case "from":
		f.From, err = time.ParseDuration(value)
	case "until":
		f.Until, err = time.ParseDuration(value)
	case "delay":
		f.Delay, err = time.ParseDuration(value)
	case "op":
		f.Operation = Operation(value)
	case "model":
		f.Model = value
	default:
		return fmt.Errorf("unknown word %q", name)
	}
	if err != nil {
		return fmt.Errorf("%s= wants a number or a duration, not %q", name, value)
	}
	if f.First < 0 || f.Every < 0 || *after < 0 || f.Rate < 0 || f.Rate > 1 || f.From < 0 || f.Until < 0 || f.Delay < 0 {
		return fmt.Errorf("%s=%s is out of range", name, value)
	}
	return nil
}
