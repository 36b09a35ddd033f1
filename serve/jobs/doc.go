// Package jobs runs chains that outlive the request for them: a job is
// accepted, kept, done by some worker, and asked for later.
//
//	backend, err := jobs.NewFolder(".causeway/jobs", nil)   // or sqsjobs.New: any number of machines
//	worker, err := jobs.NewWorker(backend, byName, nil)
//	go worker.Run(ctx)
//
//	job, err := jobs.Submit(ctx, backend, &jobs.Job{Status: jobs.Status{Chain: "report"}, Input: input})
//	job, err = backend.Load(ctx, job.ID)                    // queued, running, succeeded, …
//
// A job is done once in effect, however often its worker dies or its message
// comes: whoever works on it holds a lease, and its run goes on where its
// checkpoints end. What fails for reasons that pass, such as a spent quota, is
// tried again later; what no worker survives is buried with the reason.
package jobs
