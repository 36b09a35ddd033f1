package eventstream

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
)

// TestAgainstSDK: the SDK's decoder reads our frames, and our reader its
// encoder's.
func TestAgainstSDK(t *testing.T) {
	payload := []byte(`{"p":"abc"}`)
	m, err := eventstream.NewDecoder().Decode(bytes.NewReader(AppendEvent(nil, "messageStart", payload)), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{":event-type=messageStart", ":content-type=application/json", ":message-type=event"}
	for i, h := range m.Headers {
		if got := fmt.Sprintf("%s=%v", h.Name, h.Value); got != want[i] {
			t.Errorf("header %d is %s, want %s", i, got, want[i])
		}
	}
	var b bytes.Buffer
	if err := eventstream.NewEncoder().Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	f, err := Read(append(b.Bytes(), "more"...))
	if err != nil || string(f.Payload) != string(payload) || f.Headers[":event-type"] != "messageStart" || f.Size != b.Len() {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestReadRefuses(t *testing.T) {
	whole := AppendException(nil, "throttlingException", []byte(`{}`))
	for i := range whole {
		if _, err := Read(whole[:i]); !errors.Is(err, ErrShort) {
			t.Fatalf("%d bytes of %d: %v", i, len(whole), err)
		}
		bad := bytes.Clone(whole)
		bad[i] ^= 1
		if _, err := Read(bad); err == nil {
			t.Fatalf("byte %d turned and nothing noticed", i)
		}
	}
}

// TestRecordedFrames: written again, every recorded frame has the same bytes.
func TestRecordedFrames(t *testing.T) {
	dir := os.Getenv("CAUSEWAY_RECORDINGS")
	if dir == "" {
		t.Skip("CAUSEWAY_RECORDINGS is not set")
	}
	root := os.DirFS(dir)
	names, err := fs.Glob(root, "*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range names {
		data, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		var x struct {
			Body []byte `json:"response_body_b64"`
		}
		if err := json.Unmarshal(data, &x); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		n += again(t, name, x.Body)
	}
	t.Logf("%d frames", n)
}

func again(t *testing.T, name string, b []byte) (n int) {
	t.Helper()
	for len(b) > 0 {
		f, err := Read(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return n
		}
		var out []byte
		if f.Headers[":message-type"] == "exception" {
			out = AppendException(nil, f.Headers[":exception-type"], f.Payload)
		} else {
			out = AppendEvent(nil, f.Headers[":event-type"], f.Payload)
		}
		if !bytes.Equal(out, b[:f.Size]) {
			t.Errorf("%s: frame %d differs", name, n)
		}
		b, n = b[f.Size:], n+1
	}
	return n
}

func FuzzRead(f *testing.F) {
	f.Add(AppendEvent(nil, "messageStart", []byte(`{"p":"abc"}`)))
	f.Add(AppendException(nil, "throttlingException", nil))
	bad, err := base64.StdEncoding.DecodeString("AAAAEAAAAAAAAAAAAAAAAA==")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bad)
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := Read(b)
		if err == nil && (frame.Size > len(b) || len(frame.Payload) > frame.Size) {
			t.Errorf("frame of %d bytes out of %d", frame.Size, len(b))
		}
	})
}

func Example() {
	f, err := Read(AppendEvent(nil, "messageStop", []byte(`{"stopReason":"end_turn"}`)))
	fmt.Println(f.Headers[":event-type"], string(f.Payload), err)
	// Output: messageStop {"stopReason":"end_turn"} <nil>
}
