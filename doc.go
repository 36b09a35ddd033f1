// Package causeway is the root of the module and holds no code: see the
// packages chain, bedrock, retry, templates, tools, memory and message, and
// the README for how they fit together.
package causeway
