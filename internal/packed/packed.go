// Package packed writes a prompt version as one short line of text, for
// services that keep values rather than files. The bytes come back exactly.
//
//	line, err := packed.Encode(body, version)
//	body, version, err = packed.Decode(line, "support/triage", 3)
//
// The line is compressed: services count bytes, and a prompt shrinks to about
// a third. It is base64 because Parameter Store refuses values that hold {{,
// which every prompt does.
package packed

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/causeway-go/causeway/templates"
)

const mark = "causeway.v1:"

// line is what is inside.
type line struct {
	Body    []byte    `json:"b"`
	Author  string    `json:"a,omitempty"`
	Parent  string    `json:"p,omitempty"`
	Why     string    `json:"w,omitempty"`
	Created time.Time `json:"c,omitzero"`
}

// Encode packs a body with who published it and why.
func Encode(body []byte, v templates.Version) (string, error) {
	data, err := json.Marshal(line{body, v.Author, v.Parent, v.Why, v.Created})
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := z.Write(data); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	return mark + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// Decode unpacks a line that was kept as this version of this prompt. A line
// that Encode did not write is ErrIntegrity.
func Decode(text, name string, number int) ([]byte, templates.Version, error) {
	broken := func(err error) ([]byte, templates.Version, error) {
		return nil, templates.Version{}, fmt.Errorf("prompt %s@%d: %w: %w", name, number, templates.ErrIntegrity, err)
	}
	rest, ok := strings.CutPrefix(text, mark)
	if !ok {
		return broken(fmt.Errorf("the value was not written by causeway"))
	}
	raw, err := base64.StdEncoding.DecodeString(rest)
	if err != nil {
		return broken(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return broken(err)
	}
	const most = 4 * templates.MaxFile // base64 within JSON, and the rest
	data, err := io.ReadAll(io.LimitReader(z, most))
	if err != nil {
		return broken(err)
	}
	var l line
	if err := json.Unmarshal(data, &l); err != nil {
		return broken(err)
	}
	return l.Body, templates.Version{
		Name: name, Number: number, SHA256: templates.SHA256(l.Body), Size: len(l.Body),
		Author: l.Author, Parent: l.Parent, Why: l.Why, Created: l.Created,
	}, nil
}

// BySHA256 returns the first of versions whose digest begins with that of ref:
// the services that keep packed prompts have no index of digests.
func BySHA256(versions iter.Seq2[templates.Version, error], ref templates.Ref) (templates.Version, error) {
	for v, err := range versions {
		if err != nil {
			return v, err
		}
		if strings.HasPrefix(v.SHA256, ref.SHA256) {
			return v, nil
		}
	}
	return templates.Version{}, fmt.Errorf("prompt %s: %w", ref, templates.ErrNotFound)
}
