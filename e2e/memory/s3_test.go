package memory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/e2e/internal/gateway"
	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/memory/memorytest"
	"github.com/causeway-go/causeway/memory/s3memory"
)

var buckets atomic.Int64

// bucket returns a client and a new bucket.
func bucket(t *testing.T) (*s3.Client, string) {
	t.Helper()
	c := gateway.Client(gateway.URL)
	name := fmt.Sprintf("sessions-%d", buckets.Add(1))
	if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	return c, name
}

func openS3(t *testing.T, o *s3memory.Options) *s3memory.Store {
	t.Helper()
	c, name := bucket(t)
	s, err := s3memory.New(c, name, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestS3(t *testing.T) {
	for name, o := range map[string]*s3memory.Options{
		"Default":    nil,
		"SmallHeads": {HeadBytes: 2000, CacheBytes: -1},
	} {
		t.Run(name, func(t *testing.T) {
			memorytest.Run(t, func(t *testing.T) memory.Store { return openS3(t, o) })
		})
	}
}

// TestS3TwoMachines has two stores, as on two machines, append to one session
// for all they are worth: every turn is there once.
func TestS3TwoMachines(t *testing.T) {
	c, name := bucket(t)
	const each = 40
	var conflicts atomic.Int64
	var group sync.WaitGroup
	for machine := range 2 {
		s, err := s3memory.New(c, name, &s3memory.Options{HeadBytes: 1000})
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			for n := range each {
				if err := insist(t.Context(), s, fmt.Sprintf("machine %d, turn %d", machine, n), &conflicts); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	s, err := s3memory.New(c, name, nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.Load(t.Context(), "talk")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, m := range h.Messages {
		seen[m.Parts[0].(llms.TextContent).Text]++
	}
	if len(h.Messages) != 2*each || len(seen) != 2*each {
		t.Errorf("%d messages, %d different; want %d", len(h.Messages), len(seen), 2*each)
	}
	t.Logf("%d appends, %d conflicts", 2*each, conflicts.Load())
}

func insist(ctx context.Context, s memory.Store, text string, conflicts *atomic.Int64) error {
	for {
		h, err := s.Load(ctx, "talk")
		if err != nil {
			return err
		}
		_, err = s.Append(ctx, "talk", h.Revision, llms.TextParts(llms.ChatMessageTypeHuman, text))
		if !errors.Is(err, memory.ErrConflict) {
			return err
		}
		conflicts.Add(1)
	}
}

// TestS3DeleteRemovesVersions looks for what is left of a deleted session in a
// bucket that keeps versions.
func TestS3DeleteRemovesVersions(t *testing.T) {
	c, name := bucket(t)
	_, err := c.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: &name, VersioningConfiguration: &types.VersioningConfiguration{
		Status: types.BucketVersioningStatusEnabled,
	}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := s3memory.New(c, name, &s3memory.Options{Versioned: true, HeadBytes: 300})
	if err != nil {
		t.Fatal(err)
	}
	for _, session := range []string{"talk", "talkative"} {
		at := memory.Revision("")
		for n := range 12 {
			if at, err = s.Append(t.Context(), session, at, llms.TextParts(llms.ChatMessageTypeHuman, fmt.Sprintf("secret %d", n))); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := versions(t, c, name)
	if err := s.Delete(t.Context(), "talk"); err != nil {
		t.Fatal(err)
	}
	after := versions(t, c, name)
	for _, key := range after {
		if !strings.Contains(key, "talkative") {
			t.Errorf("%s is left of the session", key)
		}
	}
	if len(before) < 24 || len(after) != len(before)/2 {
		t.Errorf("%d versions before, %d after", len(before), len(after))
	}
	if h, err := s.Load(t.Context(), "talkative"); err != nil || len(h.Messages) != 12 {
		t.Errorf("the other session has %d messages, %v", len(h.Messages), err)
	}
}

func versions(t *testing.T, c *s3.Client, bucket string) []string {
	t.Helper()
	out, err := c.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, v := range out.Versions {
		keys = append(keys, aws.ToString(v.Key))
	}
	for _, v := range out.DeleteMarkers {
		keys = append(keys, aws.ToString(v.Key))
	}
	return keys
}
