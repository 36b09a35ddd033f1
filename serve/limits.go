package serve

import "time"

// limits say how long a client may keep the server waiting. They are no
// options: nobody has a good reason for a header that takes longer.
type limits struct {
	header time.Duration // to send a request's header
	body   time.Duration // to send a request
	idle   time.Duration // between two requests of a connection
	write  time.Duration // to take a piece of an answer, of maxPiece bytes
	grace  time.Duration // for runs that go on when the server ends
	end    time.Duration // after that, for them to stop and for answers to be read
}

var patience = limits{
	header: 10 * time.Second,
	body:   30 * time.Second,
	idle:   2 * time.Minute,
	write:  time.Minute,
	grace:  30 * time.Second,
	end:    5 * time.Second,
}

// maxPiece is how much of an answer is written at once: a client must read
// about a kilobyte a second, however long the answer is.
const maxPiece = 64 << 10

// maxHeader is how many bytes the header of a request may have.
const maxHeader = 32 << 10
