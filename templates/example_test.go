package templates_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/causeway-go/causeway/templates"
)

const greeting = `schema: causeway.prompt/v1
name: team/greet
model: {maxTokens: 100, temperature: 0}
input:
  required: [name]
  properties:
    name: {type: string, maxLength: 80}
    tone: {type: string, enum: [warm, brief], default: warm}
system: "You write greetings. Tone: {{tone}}."
messages:
  - user: "Greet {{name}}."
`

// A prompt's way from a file to the messages of a call.
func Example() {
	ctx := context.Background()
	store := templates.NewInProcess()
	v, err := store.Publish(ctx, "team/greet", []byte(greeting), &templates.PublishOptions{Author: "ada"})
	if err != nil {
		panic(err)
	}
	if _, err := store.SetAlias(ctx, "team/greet", "production", v.Number, nil); err != nil {
		panic(err)
	}
	library, err := templates.NewLibrary(store, nil)
	if err != nil {
		panic(err)
	}
	ref, err := templates.ParseRef("team/greet@production")
	if err != nil {
		panic(err)
	}
	t, err := library.Resolve(ctx, ref)
	if err != nil {
		panic(err)
	}
	p, err := t.Render(map[string]any{"name": "Grace {{tone}}"})
	if err != nil {
		panic(err)
	}
	fmt.Print(templates.Transcript(p))
	fmt.Printf("%s is version %d, sha256 %.12s\n", p.Ref, p.Ref.Version, p.Ref.SHA256)
	// Output:
	// system:
	// You write greetings. Tone: warm.
	// user:
	// Greet Grace {{tone}}.
	// team/greet@production is version 1, sha256 260933f8ad59
}

// Every mistake of a file is told at once, with its place.
func ExampleParse() {
	_, err := templates.Parse([]byte("schema: causeway.prompt/v1\nname: greet\nsistem: Hi\nmessages:\n  - user: Greet {{name}}.\n"))
	fmt.Println(err)
	// Output:
	// prompt:3:1: unknown field sistem; did you mean system?
	// prompt:5:17: messages[0].user: the variable "name" is not declared; add it under input.properties
}

// What is wrong with a variable can be told apart.
func ExampleTemplate_Render() {
	t, err := templates.Parse([]byte(greeting))
	if err != nil {
		panic(err)
	}
	_, err = t.Render(map[string]any{"tone": "rude"})
	fmt.Println(err)
	fmt.Println(errors.Is(err, templates.ErrMissing), errors.Is(err, templates.ErrRefused), errors.Is(err, templates.ErrUndeclared))
	// Output:
	// prompt team/greet: variable "name" is missing: it is required
	// prompt team/greet: variable "tone" has a value that is not allowed: want one of ["warm","brief"]
	// true true false
}

// A text can be used alone.
func ExampleParseText() {
	text, err := templates.ParseText("{{#items}}{{n}} x {{name}}\n{{/items}}{{^items}}Nothing.\n{{/items}}", nil)
	if err != nil {
		panic(err)
	}
	out, err := text.Render(map[string]any{"items": []any{
		map[string]any{"n": 2, "name": "<pens>"}, map[string]any{"n": 1, "name": "{{ink}}"},
	}})
	fmt.Print(out, err)
	// Output:
	// 2 x <pens>
	// 1 x {{ink}}
	// <nil>
}
