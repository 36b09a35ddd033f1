// Package openapi holds serve's OpenAPI document against two validators, and
// what serve really takes and answers against the document: every operation is
// asked, over HTTP, and each exchange is validated with libopenapi-validator.
// The second opinion on the document is @seriousme/openapi-schema-validator,
// which npm has.
//
//	go -C e2e test ./openapi -v
//
// The second opinion needs Node and npm; the package is installed into the
// user's cache, once.
package openapi
