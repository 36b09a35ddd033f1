package serve

import (
	"net/http"

	"github.com/causeway-go/causeway/serve/problem"
)

// deleteRun cancels a streamed run at once, and with it the model's call: going
// away does so only after Options.ResumeWindow. One that is over stays as it
// is. Its readers are told how it ended.
func (s *Server) deleteRun(w http.ResponseWriter, r *http.Request) {
	l := s.runs.stream(r.PathValue("id"))
	if l == nil {
		problem.New(http.StatusNotFound, "no-run", "There is no streamed run of this id, or it ended too long ago.").Write(w)
		return
	}
	l.cancel()
	w.WriteHeader(http.StatusNoContent)
}
