// Package embed puts a JSON Schema that was a document of its own into another
// document, so that its references still mean what they meant.
//
//	schemas["support.input"] = embed.Schema(c.InputSchema(), "#/components/schemas/support.input", false)
package embed
