package experiment

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// decodeRecord reads one line. A field it does not know is skipped: a newer
// program may have written it, and the rest still counts.
func decodeRecord(line []byte) (Record, error) {
	var r Record
	line = bytes.TrimSpace(line)
	if err := json.Unmarshal(line, &r); err != nil {
		return Record{}, errLine // json's own error quotes the text
	}
	if err := r.Check(); err != nil {
		return Record{}, fmt.Errorf("%w: %w", errLine, err)
	}
	return r, nil
}
