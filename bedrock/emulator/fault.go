package emulator

import "time"

// Fault is something that goes wrong on demand. The fields of the first group
// choose the calls it happens to: those that fit all of them. With none set it
// happens to every call.
type Fault struct {
	Operation Operation     // one operation only
	Model     string        // models whose id fits this pattern; * stands for anything
	First     int           // the first n calls that fit the rest
	Every     int           // each n-th of them
	Rate      float64       // a share of them, between 0 and 1, by the emulator's seed
	From      time.Duration // not before this time after the first call
	Until     time.Duration // not after it; 0 is for ever

	Delay  time.Duration // hold the call this long; alone or before what follows
	Error  *Failure      // answer this
	Reset  bool          // reset the connection instead of an answer
	Stream *Break        // break the stream; fits streaming operations only
}

// Break is how a stream goes wrong.
type Break struct {
	Kind  BreakKind
	After int      // events sent before it happens; more than there are: after the last
	Error *Failure // of BreakException
}

// BreakKind names a way to break a stream.
type BreakKind string

// The ways to break a stream.
const (
	BreakCut          BreakKind = "cut"          // ends as if complete, between two frames
	BreakMidFrame     BreakKind = "midFrame"     // ends as if complete, within a frame
	BreakReset        BreakKind = "reset"        // the connection is reset
	BreakAbort        BreakKind = "abort"        // the connection is closed before its end
	BreakStall        BreakKind = "stall"        // nothing comes any more; the connection stays
	BreakException    BreakKind = "exception"    // an exception event ends the stream
	BreakChecksum     BreakKind = "checksum"     // a frame with a wrong checksum
	BreakMalformed    BreakKind = "malformed"    // a frame whose payload is no JSON
	BreakUnknownEvent BreakKind = "unknownEvent" // an event of a type nobody knows, then the rest
	BreakUnknownBlock BreakKind = "unknownBlock" // a delta of a kind nobody knows, then the rest
)

// Throttle refuses the first n calls with 429 ThrottlingException.
func Throttle(n int) Fault {
	return Fault{First: n, Error: &Failure{Code: "ThrottlingException", Message: msgRequests}}
}

// faultRule is a fault with its count, which the emulator's mutex guards.
type faultRule struct {
	Fault
	fits int
}

// happens counts the call and decides.
func (f *faultRule) happens(op Operation, model string, since time.Duration, random source) bool {
	switch {
	case f.Operation != "" && f.Operation != op,
		f.Stream != nil && !op.Streaming(),
		since < f.From, f.Until > 0 && since > f.Until:
		return false
	}
	if f.Model != "" && !globs(f.Model, model) {
		return false
	}
	f.fits++
	switch {
	case f.First > 0 && f.fits > f.First,
		f.Every > 0 && f.fits%f.Every != 0,
		f.Rate > 0 && random.Float64() >= f.Rate:
		return false
	}
	return true
}

// fault finds what happens to a call, nil when nothing does.
func (e *Emulator) fault(c *Call, random source) *Fault {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range e.faults {
		if f.happens(c.Operation, c.ModelID, time.Since(e.started), random) {
			c.Fault = true
			return &f.Fault
		}
	}
	return nil
}
