// Package secretstore keeps prompts in AWS Secrets Manager, for teams whose
// prompts are guarded like secrets.
//
//	store, err := secretstore.New(secretsmanager.NewFromConfig(cfg), &secretstore.Options{Prefix: "causeway"})
//	v, err := store.Publish(ctx, "support/triage", file, nil)
//
// A prompt is one secret. Version n has the version id
// causeway-prompt-version-0000000n, which Secrets Manager gives to one content
// only, so publishers cannot take each other's number; the newest is AWSCURRENT.
// Aliases are staging labels, which Secrets Manager moves only from where the
// mover saw them.
//
// What the service limits, the store tells: a value of 64 KB (about 150 KB of
// prompt, compressed); about 100 versions, beyond which the oldest without a
// label vanish; 20 labels a version. A label has no author, reason, protection
// or generation; who moved it is in CloudTrail. Every secret is billed by the
// month: for many prompts use s3store.
//
// No server but AWS's speaks this protocol: the tests run the real client
// against a stub of ours, written from the service's API reference.
package secretstore
