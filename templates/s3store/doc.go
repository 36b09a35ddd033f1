// Package s3store keeps prompts in an S3 bucket.
//
//	cfg, err := config.LoadDefaultConfig(ctx)
//	store, err := s3store.New(s3.NewFromConfig(cfg), "acme-prompts", &s3store.Options{Prefix: "causeway"})
//	library, err := templates.NewLibrary(store, nil)
//
// Versions are objects that are written once, with If-None-Match; the aliases
// of a prompt are one object that is replaced with If-Match; every change
// leaves entries in a log that is only added to. So any number of publishers
// and promoters may work at once, and one that dies leaves nothing broken.
// The bucket's own versioning is a safety net and never an address: everything
// works with it off.
//
// A server that ignores conditional writes is found out before the first
// publish, and refused.
package s3store
