// Package s3log keeps an experiment's log in S3, for many machines that know
// nothing of each other.
//
//	log := s3log.New(client, "acme-experiments", &s3log.Options{Prefix: "causeway/"})
//	defer log.Close() // writes what is still held back
//	tracker := experiment.NewTracker(e, log, nil)
//
// Every process writes objects of its own, one for each experiment and period:
//
//	<prefix><experiment>/2026-11-22/130500-<writer>-000001.jsonl
//
// with If-None-Match, so no object is ever overwritten and none needs a lock.
// It needs s3:PutObject, s3:GetObject and s3:ListBucket, and no right to delete.
// Records of the current period are in memory only: a process that is killed
// loses them.
package s3log
