package project

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Location is a folder or a prefix in an S3 bucket. The zero Location is
// nowhere.
type Location struct {
	Dir    string // a folder
	Bucket string // an S3 bucket, and Prefix within it
	Prefix string // without slashes at its ends; may be empty
}

// ParseLocation reads "s3://bucket/prefix", "file:dir" or a plain folder. A
// relative folder is taken from base.
func ParseLocation(text, base string) (Location, error) {
	if rest, ok := strings.CutPrefix(text, "s3://"); ok {
		bucket, prefix, _ := strings.Cut(rest, "/")
		if !validBucket(bucket) {
			return Location{}, fmt.Errorf("%q names no S3 bucket: write s3://bucket/prefix", text)
		}
		return Location{Bucket: bucket, Prefix: strings.Trim(prefix, "/")}, nil
	}
	dir := strings.TrimPrefix(text, "file:")
	if scheme, _, ok := strings.Cut(dir, "://"); ok {
		return Location{}, fmt.Errorf("%q: %s:// is not supported: write s3://bucket/prefix or a folder", text, scheme)
	}
	if dir == "" {
		return Location{}, errors.New("the location is empty: write s3://bucket/prefix or a folder")
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(base, dir)
	}
	return Location{Dir: dir}, nil
}

// IsZero reports whether l is nowhere.
func (l Location) IsZero() bool { return l == Location{} }

// String is the form ParseLocation reads.
func (l Location) String() string {
	switch {
	case l.Bucket == "":
		return l.Dir
	case l.Prefix == "":
		return "s3://" + l.Bucket
	default:
		return "s3://" + l.Bucket + "/" + l.Prefix
	}
}

// validBucket holds the rules of "Bucket naming rules" in the S3 user guide
// that catch typing errors; the service has the last word.
func validBucket(name string) bool {
	if len(name) < 3 || len(name) > 63 {
		return false
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' {
			return false
		}
	}
	return true
}
