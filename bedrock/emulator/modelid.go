package emulator

import "regexp"

// modelID holds the forms of modelId that the API page of Converse lists:
// provider.model with an optional profile prefix and version, and the ARNs of
// models, profiles, prompts and endpoints.
var modelID = regexp.MustCompile(`^(?:` +
	`[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,3}(?::[a-z0-9-]{1,63}){0,2}` +
	`|arn:aws(?:-[a-z]+)*:(?:bedrock|sagemaker):[a-z0-9-]{1,20}:(?:[0-9]{12})?:` +
	`(?:foundation-model|inference-profile|application-inference-profile|provisioned-model|custom-model` +
	`|custom-model-deployment|imported-model|prompt|prompt-router|default-prompt-router|marketplace/model-endpoint|endpoint)` +
	`/[A-Za-z0-9._:/-]{1,256}` +
	`)$`)

var promptARN = regexp.MustCompile(`^arn:aws(?:-[a-z]+)*:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:prompt/`)

func checkModelID(id string) *Failure {
	if modelID.MatchString(id) {
		return nil
	}
	return invalid("%s", msgModelID)
}
