package packed_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/causeway-go/causeway/internal/packed"
	"github.com/causeway-go/causeway/templates"
)

func TestThereAndBack(t *testing.T) {
	body := bytes.Repeat([]byte("prompt: {{a}} \x00\n"), 500)
	v := templates.Version{Author: "jörg", Parent: "p", Why: "why", Created: time.Unix(1, 5).UTC()}
	line, err := packed.Encode(body, v)
	if err != nil {
		t.Fatal(err)
	}
	if len(line) > 1000 || bytes.Contains([]byte(line), []byte("{{")) {
		t.Errorf("%d bytes: %.80s", len(line), line)
	}
	got, w, err := packed.Decode(line, "a", 3)
	if err != nil || !bytes.Equal(got, body) {
		t.Fatal(err)
	}
	v.Name, v.Number, v.SHA256, v.Size = "a", 3, templates.SHA256(body), len(body)
	if d := cmp.Diff(v, w); d != "" {
		t.Error(d)
	}
}

func FuzzDecode(f *testing.F) {
	line, err := packed.Encode([]byte("body"), templates.Version{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add("causeway.v1:H4sIAAAA")
	f.Fuzz(func(t *testing.T, text string) {
		if _, _, err := packed.Decode(text, "a", 1); err != nil && !errors.Is(err, templates.ErrIntegrity) {
			t.Errorf("error %v, want ErrIntegrity", err)
		}
	})
}
