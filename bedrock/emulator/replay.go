package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sync"
)

// Replay answers with recorded exchanges: every *.json file of fsys, in any
// folder, holding one object with the keys operation, model_id, status,
// request_body (a JSON value) or request_body_b64, response_headers, and
// response_body (a string) or response_body_b64.
//
// A request is answered by the exchange whose operation, model and body are
// the same; failing that, by one that is the same but for white space, empty
// members and the values of tool ids. An exchange whose request body is
// {"_prompt_only": "..."} answers requests in which that text occurs as a
// whole string. Equal requests are answered in the order of the files, the
// last again and again. What was never recorded is refused with a
// ValidationException.
func Replay(fsys fs.FS) (Responder, error) {
	r := &replay{exact: make(map[string]*take), loose: make(map[string]*take)}
	n := 0
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		if n++; n > maxRecordings {
			return fmt.Errorf("emulator: more than %d recordings", maxRecordings)
		}
		return r.load(fsys, name)
	})
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fmt.Errorf("emulator: no recordings: no file ends in .json")
	}
	return r, nil
}

// The limits of a set of recordings.
const (
	maxRecordings    = 10_000
	maxRecordingSize = 64 << 20
)

// recorded is one exchange as it is in its file.
type recorded struct {
	Operation  Operation         `json:"operation"`
	Model      string            `json:"model_id"`
	Body       json.RawMessage   `json:"request_body"`
	BodyBase64 []byte            `json:"request_body_b64"`
	Status     int               `json:"status"`
	Headers    map[string]string `json:"response_headers"`
	Text       string            `json:"response_body"`
	Base64     []byte            `json:"response_body_b64"`
}

func (x *recorded) answer() []byte {
	if x.Base64 != nil {
		return x.Base64
	}
	return []byte(x.Text)
}

// take holds the exchanges of one request.
type take struct {
	all  []*recorded
	uses int // guarded by replay.mu
}

type replay struct {
	mu      sync.Mutex
	exact   map[string]*take
	loose   map[string]*take
	prompts []*promptTake
}

type promptTake struct {
	operation Operation
	model     string // "unknown" fits every model
	prompt    string
	take
}

func (r *replay) load(fsys fs.FS, name string) error {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return err
	}
	if info.Size() > maxRecordingSize {
		return fmt.Errorf("emulator: %s: larger than %d bytes", name, maxRecordingSize)
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	x := new(recorded)
	if err := json.Unmarshal(data, x); err != nil {
		return fmt.Errorf("emulator: %s: not a recorded exchange: %w", name, err)
	}
	if x.Operation == "" || x.Status < 100 || x.Status > 599 {
		return fmt.Errorf("emulator: %s: not a recorded exchange: it needs operation, model_id, status, request_body and response_body", name)
	}
	r.add(x)
	return nil
}

func (r *replay) add(x *recorded) {
	body := x.BodyBase64
	if body == nil {
		body = x.Body
	}
	var only struct {
		Prompt *string `json:"_prompt_only"`
	}
	if json.Unmarshal(body, &only) == nil && only.Prompt != nil {
		r.addPrompt(x, *only.Prompt)
		return
	}
	put(r.exact, keyOf(x.Operation, x.Model, canonical(body)), x)
	put(r.loose, keyOf(x.Operation, x.Model, normal(body)), x)
}

func put(m map[string]*take, key string, x *recorded) {
	if m[key] == nil {
		m[key] = &take{}
	}
	m[key].all = append(m[key].all, x)
}

func (r *replay) addPrompt(x *recorded, prompt string) {
	for _, p := range r.prompts {
		if p.operation == x.Operation && p.model == x.Model && p.prompt == prompt {
			p.all = append(p.all, x)
			return
		}
	}
	r.prompts = append(r.prompts, &promptTake{x.Operation, x.Model, prompt, take{all: []*recorded{x}}})
}

func keyOf(op Operation, model, body string) string { return string(op) + "\n" + model + "\n" + body }

// Reset starts every sequence of equal requests anew.
func (r *replay) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range []map[string]*take{r.exact, r.loose} {
		for _, t := range m {
			t.uses = 0
		}
	}
	for _, p := range r.prompts {
		p.uses = 0
	}
}

// Respond answers with what was recorded.
func (r *replay) Respond(_ context.Context, req *Request) (*Reply, error) {
	t := r.find(req)
	if t == nil {
		return nil, invalid("No recorded exchange fits this request: %s of model %s.", req.Operation, req.ModelID)
	}
	return &Reply{raw: r.next(t)}, nil
}

func (r *replay) next(t *take) *recorded {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := t.all[min(t.uses, len(t.all)-1)]
	t.uses++
	return x
}

func (r *replay) find(req *Request) *take {
	if t := r.exact[keyOf(req.Operation, req.ModelID, canonical(req.Body))]; t != nil {
		return t
	}
	if t := r.loose[keyOf(req.Operation, req.ModelID, normal(req.Body))]; t != nil {
		return t
	}
	for _, p := range r.prompts {
		quoted, err := marshal(p.prompt)
		if err == nil && p.operation == req.Operation && (p.model == "unknown" || p.model == req.ModelID) &&
			(bytes.Contains(req.Body, quoted) || string(req.Body) == p.prompt) {
			return &p.take
		}
	}
	return nil
}
