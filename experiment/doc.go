// Package experiment answers which prompt and which model: measured, not
// guessed.
//
//	e, err := experiment.Parse(file)              // causeway.experiment/v1
//	variant := e.Assign("customer-42").Variant    // sticky, stateless, 100 ns
package experiment
