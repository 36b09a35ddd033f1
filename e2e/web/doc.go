// Package web opens examples/web in a browser, with a Bedrock whose every call
// is seen, and does what people do: ask, stop, vote, reload, lose the network.
// It also checks callbacks of jobs with the library of Standard Webhooks.
//
//	go -C e2e test ./web -v
//
// It needs Node 20, npm and Chromium (Debian's package chromium); the packages
// that package-lock.json names are installed into the user's cache, once.
package web
