// Package project reads causeway.yaml, the file that says which models, stores
// and built-in tools the chains beside it use.
//
//	path, err := project.Find("chains/support.yaml") // upward from the chain
//	if err != nil {
//		return err
//	}
//	p, err := project.Load(path)
//	if err != nil {
//		return err // every fault at once, each with file:line:column
//	}
//	fmt.Println(p.Region, p.Models["sonnet"].ID, p.Prompts)
//
// The package only reads and checks: it opens no store and calls no network.
// Package cli turns a Project into a chain.Registry. The form is published for
// editors as schema/project.json.
package project
