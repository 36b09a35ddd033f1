// Package templates makes a prompt an asset of its own: a YAML file that is
// published as a numbered version, promoted by moving an alias, and rendered
// strictly.
//
//	store := templates.NewInProcess() // or s3store.New(client, bucket, nil)
//	v, err := store.Publish(ctx, "support/triage", file, nil)
//	_, err = store.SetAlias(ctx, "support/triage", "production", v.Number, nil)
//
//	library, err := templates.NewLibrary(store, nil)
//	t, err := library.Resolve(ctx, templates.Ref{Name: "support/triage", Alias: "production"})
//	p, err := t.Render(map[string]any{"ticket": "Where is my parcel?"})
//	reply, err := message.Generate(message.WithCall(ctx, p.Call), model, p.Messages, p.Options...)
//
// [Parse] reads a file and reports every mistake with its line and column. A
// text is Mustache without escaping and without lenience ([Text]): values are
// plain data and never read as template, so nothing a user types can reach
// the environment, the disk or the network.
//
// A [Store] keeps versions that never change; the folders below this one hold
// those that need AWS. A [Library] caches, and keeps serving when the store is
// down.
package templates
