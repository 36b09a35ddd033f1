package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync"
)

// FileFeedback keeps feedback in a file, one JSON document a line, oldest
// first. What it has taken is on the disk. It is safe for concurrent use, and
// several processes of one machine may add to the same file.
type FileFeedback struct {
	path string

	mu   sync.Mutex
	file *os.File
	torn bool // the file may end within a line
}

// maxLine bounds one line. The largest that Server makes is below 32 KiB, with
// a comment of 4 KiB that JSON writes six times as long.
const maxLine = 64 << 10

// NewFileFeedback opens the file at path, or makes it: only its owner may read
// it, for comments are people's own words. A line that a crash has cut short
// stays as it is, and the next one begins below it.
func NewFileFeedback(path string) (*FileFeedback, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("feedback: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("feedback: %w", err)
	}
	s := &FileFeedback{path: path, file: file}
	if s.torn, err = endsWithinLine(file); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("feedback: %w", err)
	}
	return s, nil
}

func endsWithinLine(file *os.File) (bool, error) {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	last := make([]byte, 1)
	_, err = file.ReadAt(last, info.Size()-1)
	return last[0] != '\n', err
}

// Add implements FeedbackStore. When it returns without an error, f is on the
// disk.
func (s *FileFeedback) Add(_ context.Context, f Feedback) error {
	line, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("feedback: %w", err)
	}
	if len(line) >= maxLine {
		return fmt.Errorf("feedback: it takes %d bytes; a line of %s has at most %d", len(line), s.path, maxLine-1)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.torn {
		line = append([]byte{'\n'}, line...)
	}
	// One write, at the end wherever that is by now: lines of several processes
	// do not mix.
	if _, err := s.file.Write(append(line, '\n')); err != nil {
		s.torn = true
		return fmt.Errorf("feedback: %w", err)
	}
	s.torn = false
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("feedback: %w", err)
	}
	return nil
}

// All yields what the file holds, oldest first, and an error for each line that
// is no feedback, such as one that a crash has cut short.
func (s *FileFeedback) All() iter.Seq2[Feedback, error] {
	return func(yield func(Feedback, error) bool) {
		file, err := os.Open(s.path)
		if err != nil {
			yield(Feedback{}, fmt.Errorf("feedback: %w", err))
			return
		}
		defer file.Close()
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, maxLine)
		for n := 1; lines.Scan(); n++ {
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			var f Feedback
			if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
				f, err = Feedback{}, fmt.Errorf("%s:%d: this line is no feedback", s.path, n)
				if !yield(f, err) {
					return
				}
				continue
			}
			if !yield(f, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(Feedback{}, fmt.Errorf("feedback: %s: %w", s.path, err))
		}
	}
}

// Close closes the file. Nothing can be added then.
func (s *FileFeedback) Close() error { return s.file.Close() }
