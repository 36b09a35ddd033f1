// Package sqsjobs is the jobs.Backend for any number of workers: a queue in
// SQS, and everything else in S3.
//
//	backend, err := sqsjobs.New(ctx, sqs.NewFromConfig(cfg), queueURL, s3.NewFromConfig(cfg), "acme-jobs", nil)
//	if err != nil {
//		return err
//	}
//	worker, err := jobs.NewWorker(backend, byName, nil) // on every machine
//	worker.Run(ctx)
//	job, err := jobs.Submit(ctx, backend, &jobs.Job{Status: jobs.Status{Chain: "report"}, Input: input})
//
// A job is the object PREFIX/jobs/ID.json, which is only ever changed by
// compare and swap, its run's checkpoints are below PREFIX/runs/ID/, and the
// message in the queue, {"job":"ID"}, is a doorbell. So no input or result
// meets the queue's limit of 1 MiB, and messages that come twice, or late, do
// no harm. Standard and FIFO queues will do; in a FIFO queue the jobs of one
// session are done one after another. The queue needs a dead-letter queue.
// Rules that delete old objects below PREFIX are the way to forget old jobs.
//
// Other programs may put {"chain":"report","input":{…}} into the queue, with
// id, session, labels and callback if they like. With Options.Documents a
// bucket's notifications become jobs: whoever puts letter.txt there finds
// letter.txt.result.json beside it. What is neither goes to the dead-letter
// queue with an attribute, reason, that says why. A doorbell that lies there
// without one was given up by SQS itself, as its workers died too early to say
// a word: its job goes on when the message is moved back.
//
// A worker needs sqs:GetQueueAttributes, GetQueueUrl, ReceiveMessage,
// ChangeMessageVisibility, DeleteMessage and SendMessage on the queue,
// GetQueueUrl and SendMessage on its dead-letter queue, and s3:GetObject,
// PutObject, DeleteObject and ListBucket on the bucket (without ListBucket S3
// says "access denied" for what is not there); for Documents s3:GetObject,
// GetObjectVersion and PutObject on their bucket. Who only submits needs
// GetQueueAttributes, GetQueueUrl and SendMessage, s3:GetObject and PutObject.
package sqsjobs
