package s3memory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/memory"
)

// maxName is how long an encoded session name may be before a hash takes the
// place of its end: servers that keep objects in files take 255 bytes.
const maxName = 180

func (s *Store) headKey(session string) string { return s.prefix + "heads/" + encode(session) }

func (s *Store) segmentPrefix(session string) string {
	return s.prefix + "segments/" + encode(session) + "/"
}

func (s *Store) segmentKey(session, id, name string) string {
	return s.segmentPrefix(session) + id + "/" + name
}

// encode makes a session's name part of a key, readable where it can be.
func encode(session string) string {
	name := escape(session)
	if len(name) > maxName {
		sum := sha256.Sum256([]byte(session))
		name = name[:maxName-64] + "~" + hex.EncodeToString(sum[:24])
	}
	return name
}

func escape(session string) string {
	var b strings.Builder
	for i := range len(session) {
		switch c := session[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "=%02x", c) // not %, which some servers decode
		}
	}
	return b.String()
}

// Delete implements memory.Store: the head first, so that the session is gone
// at once, then every segment there is, also those no head names any more.
func (s *Store) Delete(ctx context.Context, session string) error {
	s.cache.drop(s.headKey(session))
	err := s.purge(ctx, s.headKey(session), true)
	if err == nil {
		err = s.purge(ctx, s.segmentPrefix(session), false)
	}
	return s.wrap("delete", session, err)
}

// purge deletes a key, or all that begin with it; with their versions where
// the bucket keeps them.
func (s *Store) purge(ctx context.Context, prefix string, only bool) error {
	if s.o.Versioned {
		return s.purgeVersions(ctx, prefix, only)
	}
	if only {
		return s.remove(ctx, prefix, "")
	}
	for object, err := range s.list(ctx, prefix) {
		if err != nil {
			return err
		}
		if err := s.remove(ctx, object.key, ""); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) purgeVersions(ctx context.Context, prefix string, only bool) error {
	in := &s3.ListObjectVersionsInput{Bucket: &s.bucket, Prefix: &prefix, ExpectedBucketOwner: nonEmpty(s.o.BucketOwner)}
	for {
		out, err := s.client.ListObjectVersions(ctx, in)
		if err != nil {
			return err
		}
		versions := map[[2]string]bool{}
		for _, v := range out.Versions {
			versions[[2]string{aws.ToString(v.Key), aws.ToString(v.VersionId)}] = true
		}
		for _, v := range out.DeleteMarkers {
			versions[[2]string{aws.ToString(v.Key), aws.ToString(v.VersionId)}] = true
		}
		for v := range versions {
			if only && v[0] != prefix {
				continue
			}
			if err := s.remove(ctx, v[0], v[1]); err != nil {
				return err
			}
		}
		if !aws.ToBool(out.IsTruncated) {
			return nil
		}
		in.KeyMarker, in.VersionIdMarker = out.NextKeyMarker, out.NextVersionIdMarker
	}
}

func (s *Store) remove(ctx context.Context, key, version string) error {
	s.cache.drop(key)
	in := &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key, VersionId: nonEmpty(version), ExpectedBucketOwner: nonEmpty(s.o.BucketOwner)}
	_, err := s.client.DeleteObject(ctx, in)
	if err = explainNil(err); errors.Is(err, errAbsent) {
		return nil
	}
	return err
}

func explainNil(err error) error {
	if err == nil {
		return nil
	}
	return explain(err)
}

// Sessions implements memory.Lister. A session whose name is too long for a
// key costs a GET.
func (s *Store) Sessions(ctx context.Context, prefix string) iter.Seq2[memory.Session, error] {
	return func(yield func(memory.Session, error) bool) {
		start := s.prefix + "heads/"
		begin := escape(prefix)
		for object, err := range s.list(ctx, start+begin[:min(len(begin), maxName-64)]) {
			one := memory.Session{Updated: object.updated, Bytes: object.bytes}
			if err == nil {
				one.ID, err = s.sessionOf(ctx, strings.TrimPrefix(object.key, start))
			}
			if errors.Is(err, errAbsent) || err == nil && !strings.HasPrefix(one.ID, prefix) {
				continue
			}
			if err != nil {
				yield(memory.Session{}, fmt.Errorf("s3memory: list sessions: %w", err))
				return
			}
			if !yield(one, nil) {
				return
			}
		}
	}
}

// sessionOf decodes a key's last part, or reads the name from the head.
func (s *Store) sessionOf(ctx context.Context, name string) (string, error) {
	if strings.Contains(name, "~") {
		data, etag, err := s.get(ctx, s.prefix+"heads/"+name, "")
		if err != nil {
			return "", err
		}
		h, err := parseHead(data, etag)
		if err != nil {
			return "", err
		}
		return h.Session, nil
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] != '=' || i+2 >= len(name) {
			b.WriteByte(name[i])
			continue
		}
		c, err := hex.DecodeString(name[i+1 : i+3])
		if err != nil {
			return "", fmt.Errorf("%w: the key heads/%s is not one of ours", memory.ErrCorrupt, name)
		}
		b.Write(c)
		i += 2
	}
	return b.String(), nil
}
