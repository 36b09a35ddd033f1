package s3memory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
)

// Client is what a Store needs of S3. *s3.Client is one.
type Client interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	DeleteObject(context.Context, *s3.DeleteObjectInput, ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	ListObjectVersions(context.Context, *s3.ListObjectVersionsInput, ...func(*s3.Options)) (*s3.ListObjectVersionsOutput, error)
}

// Options tune a [Store]. The zero value is what the fields say.
type Options struct {
	Prefix      string // before every key, such as "team-a/chat"; none by default
	BucketOwner string // the account that must own the bucket; not checked by default
	KMSKeyID    string // encrypt with this key (SSE-KMS); the bucket's own setting by default

	// HeadBytes is how large a head grows before its messages move to a segment;
	// 0 means 64 KiB. Every append writes the head, every load reads all.
	HeadBytes int

	// CacheBytes bounds what the store keeps to read less: heads, so that an
	// append after a load is one request, and segments. 0 means 64 MiB,
	// negative nothing.
	CacheBytes int

	// Versioned says that the bucket keeps versions: Delete then removes all of
	// them too, for which it may have to list versions (s3:ListBucketVersions,
	// s3:DeleteObjectVersion).
	Versioned bool
}

// Store is a memory.Store and memory.Lister in a bucket. It is safe for
// concurrent use, by many processes at once.
type Store struct {
	client Client
	bucket string
	prefix string
	o      Options
	cache  *cache
}

// New returns the store in a bucket, which has to exist. It asks nothing of it.
func New(client Client, bucket string, o *Options) (*Store, error) {
	if client == nil || bucket == "" {
		return nil, errors.New("s3memory: a store needs a client and a bucket")
	}
	s := &Store{client: client, bucket: bucket}
	if o != nil {
		s.o = *o
	}
	s.prefix = strings.Trim(s.o.Prefix, "/")
	if strings.Contains(s.prefix, "//") || len(s.prefix) > 200 {
		return nil, fmt.Errorf("s3memory: the prefix %q is not a path of up to 200 characters", s.o.Prefix)
	}
	if s.prefix != "" {
		s.prefix += "/"
	}
	if s.o.HeadBytes == 0 {
		s.o.HeadBytes = 64 << 10
	}
	if s.o.CacheBytes == 0 {
		s.o.CacheBytes = 64 << 20
	}
	s.cache = newCache(s.o.CacheBytes)
	return s, nil
}

// Load implements memory.Store: a GET of the head, and of the segments that
// are not in the cache.
func (s *Store) Load(ctx context.Context, session string) (memory.History, error) {
	for {
		h, err := s.readHead(ctx, session, "")
		if errors.Is(err, errAbsent) {
			return memory.History{}, nil
		}
		if err != nil {
			return memory.History{}, s.wrap("load", session, err)
		}
		msgs, err := s.messages(ctx, h)
		if errors.Is(err, errAbsent) && s.moved(ctx, session, h) {
			continue // the session was replaced or deleted while we read it
		}
		if err != nil {
			return memory.History{}, s.wrap("load", session, err)
		}
		s.remember(session, h)
		return memory.History{Messages: msgs, Revision: h.revision()}, nil
	}
}

// moved says whether the head is another one than it was.
func (s *Store) moved(ctx context.Context, session string, was *head) bool {
	now, err := s.readHead(ctx, session, "")
	return errors.Is(err, errAbsent) || err == nil && now.etag != was.etag
}

// Append implements memory.Store: one conditional PUT, after a GET where this
// store has not loaded or written that revision itself.
func (s *Store) Append(ctx context.Context, session string, at memory.Revision, msgs ...llms.MessageContent) (memory.Revision, error) {
	if len(msgs) == 0 {
		return at, ctx.Err()
	}
	h, err := s.headAt(ctx, session, at)
	if err != nil {
		return "", s.wrap("append to", session, err)
	}
	next, err := h.with(msgs)
	if err != nil {
		return "", s.wrap("append to", session, err)
	}
	rev, err := s.write(ctx, session, h, next)
	return rev, s.wrap("append to", session, err)
}

// Replace implements memory.Store. The segments of what was there are deleted
// afterwards.
func (s *Store) Replace(ctx context.Context, session string, at memory.Revision, msgs []llms.MessageContent) (memory.Revision, error) {
	h, err := s.headAt(ctx, session, at)
	if err != nil {
		return "", s.wrap("replace", session, err)
	}
	next := h.empty()
	if len(msgs) > 0 {
		if next, err = next.with(msgs); err != nil {
			return "", s.wrap("replace", session, err)
		}
	}
	rev, err := s.write(ctx, session, h, next)
	if err != nil {
		return "", s.wrap("replace", session, err)
	}
	for _, old := range h.Segments {
		if err := s.remove(ctx, s.segmentKey(session, h.ID, old.Name), ""); err != nil {
			return "", s.wrap("replace", session, err)
		}
	}
	return rev, nil
}

// write puts the next head in place of h, its messages in a segment first if
// they are too many.
func (s *Store) write(ctx context.Context, session string, h, next *head) (memory.Revision, error) {
	spilled := ""
	if next.size() > s.o.HeadBytes {
		seg, err := s.writeSegment(ctx, session, next)
		if err != nil {
			return "", err
		}
		next, spilled = next.spilled(seg), seg.Name
	}
	err := s.putHead(ctx, session, h.etag, next)
	if errors.Is(err, memory.ErrConflict) && s.wasOurs(ctx, session, next) {
		err = nil
	}
	if err != nil {
		if spilled != "" && errors.Is(err, memory.ErrConflict) {
			// Nobody will ever name the segment. Left behind it would only take
			// room until the session is deleted, so a failure here is not ours.
			_ = s.remove(ctx, s.segmentKey(session, next.ID, spilled), "")
		}
		return "", err
	}
	s.remember(session, next)
	return next.revision(), nil
}

// wasOurs says whether a refused write had in fact been done: the SDK repeats
// a request whose answer was lost, and is then refused by its own first try.
func (s *Store) wasOurs(ctx context.Context, session string, next *head) bool {
	now, err := s.readHead(ctx, session, "")
	if err != nil || now.ID != next.ID || !slices.Contains(now.Writes, next.lastWrite()) {
		return false
	}
	next.etag = now.etag
	if now.Edition != next.Edition {
		next.etag = "overtaken" // done, and somebody wrote after us: a revision that was
	}
	return true
}

func (s *Store) wrap(doing, session string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, errAbsent) {
		err = fmt.Errorf("%w: a segment is missing", memory.ErrCorrupt)
	}
	return fmt.Errorf("s3memory: %s session %q: %w", doing, session, err)
}
