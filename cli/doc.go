// Package cli is the command causeway as a library, so that a team can build
// its own with the Go tools, steps and stores its chains name. The whole of
// such a command:
//
//	func main() {
//		lookup, err := tools.New("lookup_order", "Find an order by its id", lookupOrder, nil)
//		if err != nil {
//			log.Fatal(err)
//		}
//		set, err := tools.NewSet(lookup)
//		if err != nil {
//			log.Fatal(err)
//		}
//		cli.Main(&chain.Registry{Tools: set})
//	}
//
// Everything else (models, prompts, memory, built-in tools) comes from the
// causeway.yaml beside the chain: see package cli/project. docs/command.md
// describes the command for its users.
package cli
