package experiment

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// journal keeps an evaluation's items in a file of JSON lines, the last line of
// a key being the one that counts. Without a file it keeps nothing.
type journal struct {
	mu    sync.Mutex
	f     *os.File
	known map[string]Item
}

// openJournal reads what is there. A torn last line, from a process that died,
// is left alone and a new line begun after it.
func openJournal(name string) (*journal, error) {
	j := &journal{known: map[string]Item{}}
	if name == "" {
		return j, nil
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("evaluation journal: %w", err)
	}
	j.f = f
	torn, err := j.load(f)
	if err == nil && torn {
		_, err = f.WriteString("\n")
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("evaluation journal %s: %w", name, err)
	}
	return j, nil
}

// load reads every line, and reports whether the last one has no end.
func (j *journal) load(f io.Reader) (torn bool, err error) {
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > maxCaseLine {
			return false, fmt.Errorf("a line is longer than %d bytes", maxCaseLine)
		}
		var item Item
		if json.Unmarshal(line, &item) == nil && item.Key != "" {
			j.known[item.Key] = item
		}
		if errors.Is(err, io.EOF) {
			return len(line) > 0, nil
		}
		if err != nil {
			return false, err
		}
	}
}

func (j *journal) get(key string) (Item, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	item, known := j.known[key]
	return item, known
}

func (j *journal) put(item Item) error {
	if j.f == nil {
		return nil
	}
	line, err := json.Marshal(item)
	if err != nil {
		return fmt.Errorf("case %s of %s: %w", item.Case, item.Subject, err)
	}
	if len(line) >= maxCaseLine {
		return nil // it is answered again next time
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.f.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("evaluation journal: %w", err)
	}
	return nil
}

func (j *journal) close() error {
	if j.f == nil {
		return nil
	}
	if err := j.f.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return fmt.Errorf("evaluation journal: %w", err)
	}
	return nil
}
