package experiment

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
)

// Log keeps records, append only. Many processes write one log without asking
// each other: each writes places of its own. Implementations are safe for
// concurrent use; package logtest holds what every one of them must do.
type Log interface {
	// Append writes records, of any experiments, in their order. Nothing is
	// written when one of them is not valid.
	Append(ctx context.Context, records ...Record) error

	// Read yields every record of one experiment, in no particular order,
	// written by whomever. What was appended twice comes twice. A line that
	// cannot be read comes as a *LineError, and reading goes on; any other
	// error ends it.
	Read(ctx context.Context, experiment string) iter.Seq2[Record, error]

	// Close writes what is still held back and releases what is open.
	Close() error
}

// LineError is a line of a log that is no record: torn by a crash, or written
// by something else.
type LineError struct {
	Place string // the file or object
	Line  int    // from 1
	Err   error
}

// Error names the place and never the line's text.
func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.Place, e.Line, e.Err) }

// Unwrap returns why the line is no record.
func (e *LineError) Unwrap() error { return e.Err }

var errLine = errors.New("not a record")

// ReadRecords yields the records of one experiment among the JSON lines of r;
// place names r in errors. It is what a Log's Read is made of.
func ReadRecords(r io.Reader, place, experiment string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		lines, decode := bufio.NewReaderSize(r, 2*maxLine), newDecoder()
		for n := 1; ; n++ {
			line, err := lines.ReadSlice('\n')
			switch {
			case errors.Is(err, io.EOF) && len(line) == 0:
				return
			case errors.Is(err, bufio.ErrBufferFull):
				err = skipLine(lines)
				if !yield(Record{}, &LineError{place, n, fmt.Errorf("%w: longer than %d bytes", errLine, maxLine)}) {
					return
				}
				if err == nil {
					continue
				}
			case err == nil || errors.Is(err, io.EOF):
				if !decode.yield(line, place, n, experiment, yield) {
					return
				}
			}
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Record{}, fmt.Errorf("%s: %w", place, err))
				return
			}
		}
	}
}

func skipLine(lines *bufio.Reader) error {
	for {
		if _, err := lines.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

func (d *decoder) yield(line []byte, place string, n int, experiment string, yield func(Record, error) bool) bool {
	r, err := d.record(line)
	switch {
	case err != nil:
		return yield(Record{}, &LineError{place, n, err})
	case r.Experiment != experiment:
		return true
	}
	return yield(r, nil)
}
