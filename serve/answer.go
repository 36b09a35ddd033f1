package serve

import (
	"net/http"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/problem"
)

// AnswerRequest is the body of an answer to what a run asks.
type AnswerRequest struct {
	Answer chain.Values `json:"answer"` // fits the schema in the run's interrupt
	// To is the id of the interrupt: an answer that is sent twice, by a double
	// click, is then not taken for one to the next question. Empty: whatever
	// the run waits at.
	To string `json:"to,omitempty"`
}

// getQuestion tells what a run waits at, to whoever was not there when it
// asked.
func (s *Server) getQuestion(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	c, p := s.chainOf(r)
	if p == nil {
		p = checkRunID(id)
	}
	if p != nil {
		p.Write(w)
		return
	}
	asked, err := c.Question(r.Context(), id, nil)
	if err != nil {
		problem.Of(err, id).Write(w)
		return
	}
	writeJSON(w, http.StatusOK, asked)
}

// postAnswer goes on with a run that waits for a human. It is answered as the
// run was: whole, with the result or the next question, or streamed.
func (s *Server) postAnswer(w http.ResponseWriter, r *http.Request) {
	c, p := s.chainOf(r)
	var q AnswerRequest
	if p == nil {
		p = s.readJSON(w, r, &q)
	}
	if p == nil {
		p = q.check(r.PathValue("id"))
	}
	if p != nil {
		p.Write(w)
		return
	}
	s.perform(w, r, resumes(c, r.PathValue("id"), q), q)
}

func (q *AnswerRequest) check(runID string) *problem.Problem {
	if q.Answer == nil {
		return problem.New(http.StatusUnprocessableEntity, "bad-input", "Give an answer: an object as the run's interrupt.answer describes it.")
	}
	return checkRunID(runID)
}

// checkRunID refuses what can be no run's id, before anybody looks for it.
func checkRunID(id string) *problem.Problem {
	if chain.CheckRunID(id) != nil {
		return problem.Of(chain.ErrNoRun, "")
	}
	return nil
}
