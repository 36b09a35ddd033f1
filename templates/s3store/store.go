package s3store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/causeway-go/causeway/templates"
)

// Client is the part of *s3.Client that the store needs.
type Client interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
	PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
}

// Options are the settings of a Store. Nil and zero fields mean the defaults.
type Options struct {
	Prefix      string // before every key, such as "team-a/causeway"; none by default
	BucketOwner string // the account that must own the bucket; not checked by default
	KMSKeyID    string // encrypt with this key (SSE-KMS); the bucket's own setting by default
}

// Store is a templates.Store in a bucket. It is safe for concurrent use, by
// many processes at once.
type Store struct {
	client  Client
	bucket  string
	prefix  string
	options Options

	region atomic.Pointer[string] // where the bucket turned out to be
	probed atomic.Bool            // conditional writes are known to be honoured
	newest sync.Map               // prompt name -> highest version number seen
	tables sync.Map               // prompt name -> tableCopy
	turns  sync.Map               // prompt name -> *sync.Mutex: writers of this process take turns
}

var (
	_ templates.Store  = (*Store)(nil)
	_ templates.Stater = (*Store)(nil)
)

// New returns the store in bucket. It asks nothing of the bucket yet.
func New(client Client, bucket string, o *Options) (*Store, error) {
	if client == nil || bucket == "" {
		return nil, errors.New("s3store: a store needs a client and a bucket")
	}
	if o == nil {
		o = &Options{}
	}
	s := &Store{client: client, bucket: bucket, options: *o, prefix: strings.Trim(o.Prefix, "/")}
	if strings.Contains(s.prefix, "//") || len(s.prefix) > 200 {
		return nil, fmt.Errorf("s3store: the prefix %q is not a path of up to 200 characters", o.Prefix)
	}
	if s.prefix != "" {
		s.prefix += "/"
	}
	return s, nil
}

// turn makes the caller the only writer of the prompt in this process. Others
// are held off by the conditions on every write; this only spares them.
func (s *Store) turn(name string) (done func()) {
	mu, _ := s.turns.LoadOrStore(name, &sync.Mutex{})
	mu.(*sync.Mutex).Lock()
	return mu.(*sync.Mutex).Unlock
}
