// Package emulator lets the JavaScript clients of Bedrock loose on the
// emulator: @aws-sdk/client-bedrock-runtime, @ai-sdk/amazon-bedrock and
// @langchain/aws, as npm has them. Each converses, streams, calls a tool and
// meets a throttle.
//
//	go -C e2e test ./emulator -v
//
// It needs Node 20 and npm; the packages that package-lock.json names are
// installed into the user's cache, once.
package emulator
