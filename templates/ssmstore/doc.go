// Package ssmstore keeps small prompts in AWS Systems Manager Parameter Store.
//
//	store, err := ssmstore.New(ssm.NewFromConfig(cfg), &ssmstore.Options{Prefix: "/causeway"})
//	v, err := store.Publish(ctx, "support/triage", file, nil)
//
// A prompt is one parameter; its versions are the parameter's versions and its
// aliases are labels, which Parameter Store moves in one step. The value is
// the file, compressed, in base64: Parameter Store refuses values that hold {{.
//
// What the service limits, the store tells: a value of 4 KB (8 KB with
// Advanced), which is about 8 KB (18 KB) of prompt; 100 versions, of which the
// oldest makes room for the next unless it has a label; 10 labels a version. A
// label has no author, reason, protection or generation; who moved it is in
// CloudTrail. For more than that use s3store.
//
// [Pointers] keeps only the aliases here, and the versions in another store.
//
// No server but AWS's speaks this protocol: the tests run the real client
// against a stub of ours, written from the service's API reference.
package ssmstore
