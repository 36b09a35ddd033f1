package jobs

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// MaxDocument bounds the document of a job, in bytes.
const MaxDocument = 64 << 20

// Encode returns the document of a job, for backends.
func Encode(j *Job) ([]byte, error) {
	body, err := json.Marshal(j)
	if err != nil {
		return nil, fmt.Errorf("job %s: %w", j.ID, err)
	}
	if len(body) > MaxDocument {
		return nil, fmt.Errorf("job %s: its document has %d bytes; the limit is %d", j.ID, len(body), MaxDocument)
	}
	return body, nil
}

// Decode reads the document of a job, of that revision. Numbers of its input
// keep every digit.
func Decode(body []byte, revision string) (*Job, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var j Job
	if err := d.Decode(&j); err != nil {
		return nil, fmt.Errorf("the document of a job does not decode: %w", err)
	}
	j.Revision = revision
	return &j, nil
}
