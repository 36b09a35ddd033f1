package memory

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// A log is a header line and a line for each append. The header's id is new
// whenever the file is, so that a revision (id and length) never fits another
// session of the same name.
type logHeader struct {
	Format  string    `json:"format"`
	Session string    `json:"session"`
	ID      string    `json:"id"`
	Begun   time.Time `json:"begun"`
}

type logRecord struct {
	CRC      string          `json:"crc"` // CRC-32C of Messages as they stand, in hex
	Time     time.Time       `json:"time"`
	Messages json.RawMessage `json:"messages"`
}

const (
	logFormat  = "causeway.memory/v1"
	unfinished = ".new" // what a log is called until it is whole
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(data []byte) string {
	return fmt.Sprintf("%08x", crc32.Checksum(data, castagnoli))
}

func encodeRecord(msgs []llms.MessageContent) ([]byte, error) {
	body, err := message.Marshal(msgs)
	if err != nil {
		return nil, err
	}
	line, err := json.Marshal(logRecord{CRC: checksum(body), Time: time.Now().UTC(), Messages: body})
	return append(line, '\n'), err
}

// sessionLog is a log as read: whole lines only.
type sessionLog struct {
	path   string
	header logHeader
	length int      // of the whole lines
	bodies [][]byte // the messages of each record, encoded
}

func revisionAt(id string, length int) Revision {
	return Revision(id + "." + strconv.Itoa(length))
}

func (l *sessionLog) revision() Revision { return revisionAt(l.header.ID, l.length) }

// maxLog is how large a log may be when it is read whole.
const maxLog = 1 << 30

func readLog(path string) (*sessionLog, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxLog+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxLog {
		return nil, fmt.Errorf("memory: %s is larger than %d bytes", path, maxLog)
	}
	return parseLog(path, data)
}

// parseLog reads a log. A last line that is torn is passed over; a line before
// it that is not what was written is ErrCorrupt.
func parseLog(path string, data []byte) (*sessionLog, error) {
	l := &sessionLog{path: path}
	for number := 1; len(data) > 0; number++ {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			break
		}
		line := data[:end]
		data = data[end+1:]
		var err error
		if number == 1 {
			l.header, err = parseHeader(line)
		} else {
			err = l.addRecord(line)
		}
		if err != nil && number > 1 && len(bytes.Trim(data, "\x00")) == 0 {
			break // the last line: torn
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s:%d: %w", ErrCorrupt, path, number, err)
		}
		l.length += end + 1
	}
	if l.length == 0 {
		return nil, fmt.Errorf("%w: %s:1: no header", ErrCorrupt, path)
	}
	return l, nil
}

func parseHeader(line []byte) (logHeader, error) {
	var h logHeader
	if err := json.Unmarshal(line, &h); err != nil {
		return h, err
	}
	if _, err := hex.DecodeString(h.ID); h.Format != logFormat || h.ID == "" || err != nil {
		return h, fmt.Errorf("not a session: the format is %q, not %q", h.Format, logFormat)
	}
	return h, nil
}

func (l *sessionLog) addRecord(line []byte) error {
	var r logRecord
	if err := json.Unmarshal(line, &r); err != nil {
		return err
	}
	if sum := checksum(r.Messages); sum != r.CRC {
		return fmt.Errorf("the checksum is %s, not %s", sum, r.CRC)
	}
	l.bodies = append(l.bodies, r.Messages)
	return nil
}

func (l *sessionLog) messages() ([]llms.MessageContent, error) {
	var all []llms.MessageContent
	for i, body := range l.bodies {
		msgs, err := message.Unmarshal(body)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", l.path, i+2, err)
		}
		all = append(all, msgs...)
	}
	return all, nil
}

// writeLog writes a new log under another name and renames it: there is never
// a torn one under its own.
func writeLog(path, session string, record []byte) (Revision, error) {
	id := make([]byte, 8)
	rand.Read(id) // never fails
	h := logHeader{Format: logFormat, Session: session, ID: hex.EncodeToString(id), Begun: time.Now().UTC()}
	header, err := json.Marshal(h)
	if err != nil {
		return "", err
	}
	data := append(append(header, '\n'), record...)
	if err := writeSynced(path+unfinished, data); err != nil {
		return "", err
	}
	if err := os.Rename(path+unfinished, path); err != nil {
		return "", err
	}
	return revisionAt(h.ID, len(data)), syncDir(filepath.Dir(path))
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// appendRecord adds a record to the log if it is at the given revision. It
// reads the header and what follows the revision's length, not the log.
func appendRecord(path string, at Revision, record []byte) (_ Revision, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrConflict
	}
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	id, length, err := isAt(f, path, at)
	if err != nil {
		return "", err
	}
	if err := f.Truncate(int64(length)); err != nil { // cuts off a torn line
		return "", err
	}
	if _, err := f.WriteAt(record, int64(length)); err != nil {
		return "", errors.Join(err, f.Truncate(int64(length)))
	}
	if err := f.Sync(); err != nil {
		return "", errors.Join(err, f.Truncate(int64(length)))
	}
	return revisionAt(id, length+len(record)), nil
}

// isAt says whether the open log is at a revision: of that id, and with
// nothing whole after its length.
func isAt(f *os.File, path string, at Revision) (id string, length int, err error) {
	id, digits, _ := strings.Cut(string(at), ".")
	length, err = strconv.Atoi(digits)
	if err != nil {
		return "", 0, ErrConflict // of another kind of store
	}
	head := make([]byte, maxHeader)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", 0, err
	}
	line, _, _ := bytes.Cut(head[:n], []byte("\n"))
	h, err := parseHeader(line)
	if err != nil {
		return "", 0, fmt.Errorf("%w: %s:1: %w", ErrCorrupt, path, err)
	}
	info, err := f.Stat()
	if err != nil {
		return "", 0, err
	}
	if h.ID != id || info.Size() < int64(length) {
		return "", 0, ErrConflict
	}
	rest := make([]byte, info.Size()-int64(length))
	if _, err := f.ReadAt(rest, int64(length)); err != nil && !errors.Is(err, io.EOF) {
		return "", 0, err
	}
	if line, _, whole := bytes.Cut(rest, []byte("\n")); whole && new(sessionLog).addRecord(line) == nil {
		return "", 0, ErrConflict
	}
	return id, length, nil
}

// syncDir makes a rename or removal last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, fs.ErrInvalid) || errors.Is(err, errors.ErrUnsupported) || runtime.GOOS == "windows" {
		err = nil // some systems do not sync folders
	}
	return errors.Join(err, d.Close())
}
