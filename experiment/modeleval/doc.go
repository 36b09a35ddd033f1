// Package modeleval has Amazon Bedrock Model Evaluation grade the answers of an
// evaluation: bring-your-own-inference jobs, one for each variant, over the same
// prompts.
//
//	service := modeleval.New(bedrockClient, s3Client, "acme-evaluations", &modeleval.Options{RoleARN: role})
//	job := modeleval.Job{Name: "tone-warm", Metrics: []string{"Builtin.Helpfulness"}, Judge: judgeModelID}
//	running, err := service.Start(ctx, job, dataset, evaluation, "warm")
//	if err := service.Wait(ctx, running, time.Minute); err != nil { … }
//	results, err := service.Results(ctx, running)
//
// [Paired] puts the results of two variants side by side, prompt by prompt.
//
// The service's limits are kept: 1,000 prompts a job, so a larger dataset
// becomes several jobs; one answer a prompt; the metrics of the job's kind. The
// form of its files is that of the Bedrock user guide, "Create a custom prompt
// dataset for a model evaluation job that uses a model as judge"; it was checked
// here against the SDK and the guide's forms, not against the service.
package modeleval
