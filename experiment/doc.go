// Package experiment answers which prompt and which model: measured, not
// guessed.
//
//	e, err := experiment.Parse(file)                            // causeway.experiment/v1
//	chains, err := e.Load(ctx, files, "support.yaml", registry, &experiment.LoadOptions{Store: prompts})
//	log := experiment.NewFolderLog("experiments")               // or s3log.New
//	tracker := experiment.NewTracker(e, log, nil)
//	runner, err := experiment.NewRunner(e, chains, tracker, nil)
//	handler := serve.New([]*chain.Chain{runner.Chain()}, nil)   // each conversation gets its variant
//
//	report, err := runner.Review(ctx)                           // at any time, as often as you like
//	fmt.Println(report.Verdict.Sentence)                        // "ship warm: …", "keep collecting: …"
//
// Assignment is a hash, sticky and stateless, the same as GrowthBook's in every
// SDK. The [Log] is append only and needs no coordination. [Analyze] checks the
// split first, then the guardrails, then the primary metric, with confidence
// sequences that hold at every look.
//
// [Evaluate] compares variants offline, on a [Dataset], case by case; package
// grade has the graders.
package experiment
