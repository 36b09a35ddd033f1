package s3store

import (
	"context"
	"fmt"
	"iter"
	"path"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/templates"
)

// page lists the keys that begin with prefix and come after a key, both
// without the store's own prefix: at most a thousand.
func (s *Store) page(ctx context.Context, prefix, after string) (keys []string, more bool, err error) {
	in := &s3.ListObjectsV2Input{
		Bucket: &s.bucket, Prefix: new(s.prefix + prefix), ExpectedBucketOwner: optional(s.options.BucketOwner),
	}
	if after != "" {
		in.StartAfter = new(s.prefix + after)
	}
	out, err := call(ctx, s, func(fns ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
		return s.client.ListObjectsV2(ctx, in, fns...)
	})
	if err != nil {
		return nil, false, s.explain("list", prefix, err)
	}
	for _, o := range out.Contents {
		keys = append(keys, strings.TrimPrefix(value(o.Key), s.prefix))
	}
	return keys, value(out.IsTruncated) && len(keys) > 0, nil
}

// keys lists everything that begins with prefix, in order. skip, if not nil,
// returns for the last key of a full page how far to jump: the groups of keys
// that do not matter can be thousands.
func (s *Store) keys(ctx context.Context, prefix string, skip func(key string) string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for after, more := "", true; more; {
			var keys []string
			var err error
			if keys, more, err = s.page(ctx, prefix, after); err != nil {
				yield("", err)
				return
			}
			for _, key := range keys {
				if !yield(key, nil) {
					return
				}
			}
			if !more {
				return
			}
			after = keys[len(keys)-1]
			if skip != nil {
				after = max(after, skip(after))
			}
		}
	}
}

// numbers lists the version numbers of a prompt from one on, in order.
func (s *Store) numbers(ctx context.Context, name string, from int) ([]int, error) {
	dir := path.Dir(templates.VersionKey(name, 1)) + "/"
	var out []int
	after := ""
	if from > 1 {
		after = templates.VersionKey(name, from-1)
	}
	for more := true; more; {
		keys, again, err := s.page(ctx, dir, after)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			if n := templates.ParseVersionKey(key); n > 0 && key == templates.VersionKey(name, n) {
				out = append(out, n)
			}
		}
		if more = again; more {
			after = keys[len(keys)-1]
		}
	}
	return out, nil
}

// latest returns the highest version number, 0 if there is none. From the
// second time on it lists only from the highest known.
func (s *Store) latest(ctx context.Context, name string) (int, error) {
	from := 1
	if n, ok := s.newest.Load(name); ok {
		from = n.(int)
	}
	numbers, err := s.numbers(ctx, name, from)
	if err == nil && len(numbers) == 0 && from > 1 { // somebody deleted it
		s.newest.Delete(name)
		numbers, err = s.numbers(ctx, name, 1)
	}
	if err != nil || len(numbers) == 0 {
		return 0, err
	}
	n := numbers[len(numbers)-1]
	s.newest.Store(name, n)
	return n, nil
}

// Names implements templates.Store.
func (s *Store) Names(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		last := ""
		for key, err := range s.keys(ctx, "prompts/"+prefix, pastGroup) {
			if err != nil {
				yield("", err)
				return
			}
			name, ok := nameOf(key)
			if !ok || name == last || !strings.HasPrefix(name, prefix) {
				continue
			}
			last = name
			if !yield(name, nil) {
				return
			}
		}
	}
}

// nameOf returns the prompt that a version's key belongs to.
func nameOf(key string) (string, bool) {
	if templates.ParseVersionKey(key) == 0 {
		return "", false
	}
	rest, _ := strings.CutPrefix(key, "prompts/")
	return strings.CutSuffix(path.Dir(rest), "/versions")
}

// pastGroup returns a key after all others of the log or the versions that
// key is one of: every character of a name is less than a tilde.
func pastGroup(key string) string {
	dir := path.Dir(key)
	if base := path.Base(dir); base == "log" || base == "versions" {
		return dir + "/~"
	}
	return ""
}

// Versions implements templates.Store. Beyond the list of keys it reads as
// far as the caller does.
func (s *Store) Versions(ctx context.Context, name string) iter.Seq2[templates.Version, error] {
	return func(yield func(templates.Version, error) bool) {
		numbers, err := s.numbers(ctx, name, 1)
		if err == nil && len(numbers) == 0 {
			err = fmt.Errorf("prompt %s: %w", name, templates.ErrNotFound)
		}
		if err != nil {
			yield(templates.Version{}, err)
			return
		}
		for len(numbers) > 0 {
			n := max(len(numbers)-headsAtOnce, 0)
			for v, err := range s.describeAll(ctx, name, numbers[n:]) {
				if !yield(v, err) || err != nil {
					return
				}
			}
			numbers = numbers[:n]
		}
	}
}
