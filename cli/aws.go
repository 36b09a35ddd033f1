package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// credentialsPatience bounds the search for credentials: its last station is
// the metadata service of EC2, which elsewhere answers nobody.
const credentialsPatience = 5 * time.Second

// account is the AWS configuration of this process, loaded when first needed.
type account struct {
	load func(context.Context) (aws.Config, error)
}

func newAccount() *account {
	var once sync.Once
	var cfg aws.Config
	var err error
	return &account{load: func(ctx context.Context) (aws.Config, error) {
		once.Do(func() { cfg, err = config.LoadDefaultConfig(ctx) })
		return cfg, err
	}}
}

// config returns the configuration for region, or for its own Region when
// region is empty.
func (c *account) config(ctx context.Context, region string) (aws.Config, error) {
	cfg, err := c.load(ctx)
	if err != nil {
		return aws.Config{}, &setupError{what: "the AWS configuration cannot be read", err: err, fix: "look at ~/.aws/config and at the variables AWS_PROFILE and AWS_CONFIG_FILE"}
	}
	cfg = cfg.Copy()
	if region != "" {
		cfg.Region = region
	}
	if cfg.Region == "" {
		return aws.Config{}, &setupError{
			what: "no AWS Region is set",
			fix:  "write region: us-east-1 into causeway.yaml, or set AWS_REGION",
		}
	}
	return cfg, nil
}

// access is what an AWS service is asked with, beyond credentials.
type access struct {
	bearer  string // a variable whose key the service takes in place of credentials
	offline string // how to do without the service
}

var (
	bedrockAccess = access{bearer: "AWS_BEARER_TOKEN_BEDROCK", offline: "add --emulator auto (or a script of replies)"}
	promptAccess  = access{offline: "keep prompts in a folder: --store file:prompts"}
	memoryAccess  = access{offline: "keep memory in a folder: {folder: .causeway/memory} in causeway.yaml"}
)

// ready returns the configuration for region after making sure that there are
// credentials at all. Whether they suffice only the service knows.
func (c *account) ready(ctx context.Context, region string, a access) (aws.Config, error) {
	cfg, err := c.config(ctx, region)
	if err == nil && (a.bearer == "" || os.Getenv(a.bearer) == "") {
		err = findCredentials(ctx, cfg, a)
	}
	if e, ok := errors.AsType[*setupError](err); ok {
		e.offline = a.offline
	}
	return cfg, err
}

func findCredentials(ctx context.Context, cfg aws.Config, a access) error {
	missing := &setupError{
		what: "no AWS credentials found",
		fix:  "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws sso login",
	}
	if a.bearer != "" {
		missing.fix += ", or set " + a.bearer
	}
	patient, cancel := context.WithTimeout(ctx, credentialsPatience)
	defer cancel()
	if cfg.Credentials == nil {
		return missing
	}
	if _, err := cfg.Credentials.Retrieve(patient); err != nil {
		missing.err = err
		return missing
	}
	return nil
}

// setupError is something missing around the command, and what to do about it.
type setupError struct {
	what, fix string
	offline   string // how to do without it, if that can be
	err       error
}

func (e *setupError) Error() string {
	var b strings.Builder
	b.WriteString(e.what)
	if e.err != nil {
		fmt.Fprintf(&b, ": %v", e.err)
	}
	fmt.Fprintf(&b, "\n  to fix it: %s", e.fix)
	if e.offline != "" {
		fmt.Fprintf(&b, "\n  without AWS: %s", e.offline)
	}
	return b.String()
}

func (e *setupError) Unwrap() error { return e.err }
