package memory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

const (
	logSuffix  = ".jsonl"
	lockFolder = ".locks"
	// maxName is how long an encoded name may be before a hash takes the place
	// of its end: file systems take 255 bytes.
	maxName   = 180
	maxHeader = 64 << 10 // bytes of a log's first line
	// maxSession is how long a session's name may be.
	maxSession = 4 << 10
)

// fileName encodes a session's name so that every file system keeps it apart
// from every other: capitals too, which some fold.
func fileName(session string) string {
	var b strings.Builder
	for i := range len(session) {
		switch c := session[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	name := b.String()
	if len(name) > maxName {
		sum := sha256.Sum256([]byte(session))
		name = name[:maxName-64] + "~" + hex.EncodeToString(sum[:24])
	}
	return name + logSuffix
}

// Sessions implements [Lister].
func (f *FileStore) Sessions(ctx context.Context, prefix string) iter.Seq2[Session, error] {
	return func(yield func(Session, error) bool) {
		entries, err := os.ReadDir(f.dir)
		if err != nil {
			yield(Session{}, err)
			return
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), logSuffix) {
				continue
			}
			if err := ctx.Err(); err != nil {
				yield(Session{}, err)
				return
			}
			s, err := f.describe(e)
			if os.IsNotExist(err) {
				continue // deleted meanwhile
			}
			if err == nil && !strings.HasPrefix(s.ID, prefix) {
				continue
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

func (f *FileStore) describe(e fs.DirEntry) (Session, error) {
	info, err := e.Info()
	if err != nil {
		return Session{}, err
	}
	path := filepath.Join(f.dir, e.Name())
	file, err := os.Open(path)
	if err != nil {
		return Session{}, err
	}
	defer file.Close()
	head := make([]byte, min(info.Size(), maxHeader))
	if _, err := file.ReadAt(head, 0); err != nil {
		return Session{}, fmt.Errorf("read %s: %w", path, err)
	}
	line, _, _ := strings.Cut(string(head), "\n")
	h, err := parseHeader([]byte(line))
	if err != nil {
		return Session{}, fmt.Errorf("%w: %s:1: %w", ErrCorrupt, path, err)
	}
	return Session{ID: h.Session, Updated: info.ModTime(), Bytes: info.Size()}, nil
}
