// Command memory measures what a long conversation costs a call:
//
//	go -C bench run ./memory
//
// Each contender loads a conversation of so many turns from where it keeps it
// and asks a model with it, through the AWS SDK and a transport of this
// process that reads the request and answers at once. Contenders take turns in
// short rounds and every figure is the median over the rounds.
//
// The bare SDK keeps a list of roles and texts and makes the SDK's messages of
// it for each call, as a program does that stores its conversations anywhere.
package main
