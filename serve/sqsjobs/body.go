package sqsjobs

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve/jobs"
)

// letter is what a message's body turned out to be: one of its fields is set,
// or none when it asks for nothing.
type letter struct {
	doorbell string
	request  *jobs.Job
	events   []event
}

// What a body is, by the fields that tell.
type envelope struct {
	Job     string          `json:"job"`
	Chain   string          `json:"chain"`
	Records json.RawMessage `json:"Records"` // S3 notifications
	Event   string          `json:"Event"`   // the one that S3 sends to try a new setting
	Type    string          `json:"Type"`    // SNS
	Message string          `json:"Message"`
	Source  string          `json:"source"` // EventBridge
}

// request is what another program asks for.
type request struct {
	Chain    string            `json:"chain"`
	Input    chain.Values      `json:"input"`
	ID       string            `json:"id"`
	Session  string            `json:"session"`
	Labels   map[string]string `json:"labels"`
	Callback string            `json:"callback"`
}

// What is wrong with a body. The body itself is never told.
var (
	errNoJSON  = errors.New("the message is no JSON object")
	errUnknown = errors.New(`the message is none of a doorbell {"job"}, a request {"chain", "input"} and an S3 event notification`)
	errRequest = errors.New("the request is none: it may have chain, input, id, session, labels and callback, input is an object, labels have texts, the others are texts")
	errNoInput = errors.New("the request has no input")
	errEvents  = errors.New("the S3 event notification cannot be read")
)

// open reads a body. Errors are reasons to bury the message.
func open(body string) (letter, error) { return unwrap([]byte(body), true) }

func unwrap(body []byte, mayWrap bool) (letter, error) {
	var e envelope
	if json.Unmarshal(body, &e) != nil || !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return letter{}, errNoJSON
	}
	switch {
	case e.Job != "":
		if err := chain.CheckRunID(e.Job); err != nil {
			return letter{}, errUnknown
		}
		return letter{doorbell: e.Job}, nil
	case e.Chain != "":
		return openRequest(body)
	case e.Event == "s3:TestEvent":
		return letter{}, nil
	case e.Records != nil:
		return openRecords(e.Records)
	case e.Source == "aws.s3":
		return openBridged(body)
	case e.Type == "Notification" && mayWrap:
		return unwrap([]byte(e.Message), false)
	}
	return letter{}, errUnknown
}

func openRequest(body []byte) (letter, error) {
	var r request
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	d.UseNumber() // as jobs keep them
	if d.Decode(&r) != nil {
		return letter{}, errRequest
	}
	if r.Input == nil {
		return letter{}, errNoInput
	}
	j := &jobs.Job{
		Status: jobs.Status{ID: r.ID, Chain: r.Chain},
		Input:  r.Input, Session: r.Session, Labels: r.Labels, Callback: r.Callback,
	}
	return letter{request: j}, nil
}

// ownResult is how the keys end that hold what a document's job came to.
const ownResult = ".result.json"

// isDocument reports whether a key may make a job: results do not, or they
// would for ever, nor do the marks that consoles leave for folders.
func isDocument(key string) bool {
	return key != "" && !strings.HasSuffix(key, ownResult) && !strings.HasSuffix(key, "/")
}
