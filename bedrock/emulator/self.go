package emulator

import (
	"encoding/json"
	"net/http"
)

// serveSelf answers GET /_emulator/calls and POST /_emulator/reset; false for
// every other path.
func (e *Emulator) serveSelf(w http.ResponseWriter, r *http.Request) bool {
	switch r.URL.Path {
	case "/_emulator/calls":
		if r.Method != http.MethodGet {
			http.Error(w, "use GET", http.StatusMethodNotAllowed)
			return true
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"calls": e.callsJSON()}) // a client that is gone need not be told
	case "/_emulator/reset":
		if r.Method != http.MethodPost {
			http.Error(w, "use POST", http.StatusMethodNotAllowed)
			return true
		}
		e.Reset()
		w.WriteHeader(http.StatusNoContent)
	default:
		return false
	}
	return true
}

// callJSON is a Call as /_emulator/calls tells it. Body is the request as it
// was sent, when it was JSON.
type callJSON struct {
	Number     int             `json:"number"`
	Time       string          `json:"time"`
	Operation  Operation       `json:"operation"`
	Model      string          `json:"model"`
	Status     int             `json:"status"`
	Error      string          `json:"error,omitempty"`
	Fault      bool            `json:"fault,omitempty"`
	StopReason string          `json:"stopReason,omitempty"`
	Input      int             `json:"inputTokens"`
	Output     int             `json:"outputTokens"`
	Millis     int64           `json:"durationMs"`
	Body       json.RawMessage `json:"body,omitempty"`
}

func (e *Emulator) callsJSON() []callJSON {
	out := []callJSON{}
	for _, c := range e.Calls() {
		j := callJSON{
			Number: c.Number, Time: c.Time.UTC().Format("2006-01-02T15:04:05.000Z"), Operation: c.Operation, Model: c.ModelID,
			Status: c.Status, Error: c.Error, Fault: c.Fault, StopReason: c.StopReason,
			Input: c.Usage.Input, Output: c.Usage.Output, Millis: c.Duration.Milliseconds(),
		}
		if c.Request != nil && json.Valid(c.Request.Body) {
			j.Body = c.Request.Body
		}
		out = append(out, j)
	}
	return out
}
