package serve

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/causeway-go/causeway/serve/problem"
)

// Feedback is what somebody thinks of a run.
type Feedback struct {
	Record            // the run, with its prompt versions; Chain is empty for a run this server does not know
	At      time.Time `json:"at"`
	Score   *float64  `json:"score,omitempty"`  // customer satisfaction, 1 to 5
	Thumbs  string    `json:"thumbs,omitempty"` // up or down
	Comment string    `json:"comment,omitempty"`
}

// FeedbackStore keeps feedback. It is safe for concurrent use.
type FeedbackStore interface {
	Add(ctx context.Context, f Feedback) error
}

// InProcessFeedback keeps the last 10,000.
type InProcessFeedback struct {
	mu  sync.Mutex
	all []Feedback
}

// NewInProcessFeedback returns an empty one.
func NewInProcessFeedback() *InProcessFeedback { return &InProcessFeedback{} }

// Add implements FeedbackStore.
func (s *InProcessFeedback) Add(_ context.Context, f Feedback) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) == maxRecords+maxRecords/4 { // not for each, which would move all the others
		s.all = append(s.all[:0], s.all[maxRecords/4:]...)
	}
	s.all = append(s.all, f)
	return nil
}

// All returns what is kept, oldest first.
func (s *InProcessFeedback) All() []Feedback {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all[max(0, len(s.all)-maxRecords):])
}

// postFeedback keeps what somebody thinks of a run, with the run's prompts.
func (s *Server) postFeedback(w http.ResponseWriter, r *http.Request) {
	var said struct {
		Score   *float64 `json:"score"`
		Thumbs  string   `json:"thumbs"`
		Comment string   `json:"comment"`
	}
	p := s.readJSON(w, r, &said)
	switch {
	case p != nil:
	case said.Score == nil && said.Thumbs == "" && said.Comment == "":
		p = problem.New(http.StatusUnprocessableEntity, "bad-input", "Give a score from 1 to 5, thumbs (up or down) or a comment.")
	case said.Score != nil && (*said.Score < 1 || *said.Score > 5):
		p = problem.New(http.StatusUnprocessableEntity, "bad-input", "score must be from 1 to 5.")
	case said.Thumbs != "" && said.Thumbs != "up" && said.Thumbs != "down":
		p = problem.New(http.StatusUnprocessableEntity, "bad-input", "thumbs must be up or down.")
	case len(said.Comment) > maxComment:
		p = problem.New(http.StatusUnprocessableEntity, "bad-input", "comment is longer than 4096 bytes.")
	}
	record, known := s.recordOf(r.Context(), r.PathValue("id"))
	if p == nil && !known {
		p = problem.New(http.StatusNotFound, "no-run", "There is no finished run of this id here.")
	}
	if p != nil {
		p.Write(w)
		return
	}
	f := Feedback{Record: record, At: time.Now().UTC(), Score: said.Score, Thumbs: said.Thumbs, Comment: said.Comment}
	if err := s.o.Feedback.Add(r.Context(), f); err != nil {
		s.o.Log.Error("feedback was not kept", "run", record.RunID, "error", err)
		problem.New(http.StatusServiceUnavailable, "not-kept", "The feedback could not be kept; send it again.").RetryAfter(1).Write(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
