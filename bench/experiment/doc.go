// Command experiment measures package experiment: how often its verdicts are
// wrong when the truth is known, and what a million outcomes cost.
//
//	go -C bench run ./experiment            # prints both; some minutes, -runs 200 for a first look
//	go -C bench test ./experiment           # assignments beside GrowthBook's own SDK
package main
