// Command causeway runs and checks chains of calls to the models of Amazon
// Bedrock; docs/command.md describes it. A team whose chains name Go tools
// builds its own in the same five lines, with a registry: see package cli.
package main

import "github.com/causeway-go/causeway/cli"

func main() { cli.Main(nil) }
