package project

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Location is where prompts are: a folder, a prefix in an S3 bucket, or
// another AWS service. The zero Location is nowhere.
type Location struct {
	Dir     string  // a folder
	Bucket  string  // an S3 bucket, and Prefix within it
	Service Service // another service, and Prefix of the names there
	Prefix  string  // of S3 without slashes at its ends; may be empty
}

// Service is an AWS service that keeps prompts in a way of its own.
type Service string

// The services, by what a location begins with.
const (
	ParameterStore   Service = "ssm"     // ssm:/prefix
	SecretsManager   Service = "secrets" // secrets:prefix
	PromptManagement Service = "bedrock" // bedrock: alone
)

const locationForms = "write s3://bucket/prefix or a folder"

// ParseLocation reads "s3://bucket/prefix", "file:dir" or a plain folder, and
// "ssm:/prefix", "secrets:prefix" and "bedrock:". A relative folder is taken
// from base.
func ParseLocation(text, base string) (Location, error) {
	scheme, rest, _ := strings.Cut(text, ":")
	switch service := Service(scheme); {
	case strings.HasPrefix(text, "s3://"):
		bucket, prefix, _ := strings.Cut(strings.TrimPrefix(text, "s3://"), "/")
		if !validBucket(bucket) {
			return Location{}, fmt.Errorf("%q names no S3 bucket: write s3://bucket/prefix", text)
		}
		return Location{Bucket: bucket, Prefix: strings.Trim(prefix, "/")}, nil
	case rest == "" && text == "bedrock:", rest != "" && slices.Contains([]Service{ParameterStore, SecretsManager}, service):
		return Location{Service: service, Prefix: rest}, nil
	}
	dir := strings.TrimPrefix(text, "file:")
	if scheme, _, ok := strings.Cut(dir, "://"); ok {
		return Location{}, fmt.Errorf("%q: %s:// is not supported: %s", text, scheme, locationForms)
	}
	if dir == "" {
		return Location{}, errors.New("the location is empty: " + locationForms)
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(base, dir)
	}
	return Location{Dir: dir}, nil
}

// IsZero reports whether l is nowhere.
func (l Location) IsZero() bool { return l == Location{} }

// InAWS reports whether reading from l asks a service.
func (l Location) InAWS() bool { return l.Bucket != "" || l.Service != "" }

// String is the form ParseLocation reads.
func (l Location) String() string {
	switch {
	case l.Service != "":
		return string(l.Service) + ":" + l.Prefix
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
