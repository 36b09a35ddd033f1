// Package s3checkpoint keeps the journals of runs in S3, one object an entry.
//
//	checkpoints, err := s3checkpoint.New(s3.NewFromConfig(cfg), "acme-runs", &s3checkpoint.Options{Prefix: "support"})
//	if err != nil {
//		return err
//	}
//	c, err := chain.New("support", steps, &chain.Options{Checkpoints: checkpoints})
//
// An entry is written with If-None-Match, so that of two processes that work
// on one run only one goes on. A lifecycle rule on the prefix is the way to
// forget old runs.
package s3checkpoint
