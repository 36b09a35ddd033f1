package serve

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/problem"
)

// Server serves chains. It is an http.Handler, safe for concurrent use.
type Server struct {
	o       Options
	chains  atomic.Pointer[map[string]*chain.Chain]
	limits  limits
	handler http.Handler
	api     table         // what Auth guards
	open    table         // what it does not
	slots   chan struct{} // one for each run that may go on
	runs    *ledger
	replies *replies
	born    time.Time

	mu      sync.Mutex
	closing bool
	ending  chan struct{}  // closed when closing is set
	over    chan struct{}  // closed when nothing is waited for any more
	working sync.WaitGroup // runs
	sockets sync.WaitGroup // WebSockets
}

// New serves chains by their names. Of two with one name the later counts.
// Nil options are the defaults.
func New(chains []*chain.Chain, o *Options) *Server {
	s := &Server{o: o.withDefaults(), limits: patience, runs: newLedger(), replies: newReplies(), born: time.Now()}
	s.ending, s.over = make(chan struct{}), make(chan struct{})
	s.slots = make(chan struct{}, s.o.MaxRuns)
	s.Replace(chains)
	s.handler = s.routes()
	return s
}

// Replace serves other chains from now on. Runs that have begun end on the
// chains they began with.
func (s *Server) Replace(chains []*chain.Chain) {
	byName := make(map[string]*chain.Chain, len(chains))
	for _, c := range chains {
		byName[c.Name()] = c
	}
	s.chains.Store(&byName)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Shutdown takes no further run and waits for those that go on, streams
// included, until ctx ends; then it cancels them, gives them a few seconds to
// stop, and returns ctx's error. WebSockets are closed with 1001 after their
// runs. Only the first call does something.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	again := s.closing
	s.closing = true
	s.mu.Unlock()
	if again {
		return nil
	}
	close(s.ending)
	defer close(s.over)
	done := make(chan struct{})
	go func() {
		s.working.Wait()
		s.sockets.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	s.runs.cancelAll()
	stop := time.NewTimer(s.limits.end)
	defer stop.Stop()
	select {
	case <-done:
	case <-stop.C: // a step does not heed its context: nobody can end it
	}
	return ctx.Err()
}

// Chain returns the chain that is served under a name now, nil when there is
// none.
func (s *Server) Chain(name string) *chain.Chain { return (*s.chains.Load())[name] }

// names returns the served chains in order.
func (s *Server) names() []string {
	var names []string
	for name := range *s.chains.Load() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// chainOf returns the chain that a request names.
func (s *Server) chainOf(r *http.Request) (*chain.Chain, *problem.Problem) {
	name := r.PathValue("name")
	if c := (*s.chains.Load())[name]; c != nil {
		return c, nil
	}
	return nil, noChain
}

var noChain = problem.New(http.StatusNotFound, "no-chain", "There is no chain of this name. GET / lists those there are.")

// enter takes a place for a run; leave gives it back.
func (s *Server) enter() *problem.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return s.refuse(closing())
	}
	select {
	case s.slots <- struct{}{}:
		s.working.Add(1)
		return nil
	default:
		return s.refuse(problem.New(http.StatusTooManyRequests, "busy", "As many runs go on as this server takes at once.").RetryAfter(1))
	}
}

// refuse counts a run that is not taken.
func (s *Server) refuse(p *problem.Problem) *problem.Problem {
	s.o.Metrics.Refused(p.Code)
	return p
}

func closing() *problem.Problem {
	return problem.New(http.StatusServiceUnavailable, "closing", "The server is shutting down.").RetryAfter(5)
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

func (s *Server) leave() {
	<-s.slots
	s.working.Done()
}
