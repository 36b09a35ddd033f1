package metrics

import "context"

// Options are the settings of [New]. The zero value of each field is the
// default that it documents.
type Options struct {
	// Prices is what tokens cost. Nil estimates no cost.
	Prices Prices
	// Currency is the label of what Prices are in; "" means USD.
	Currency string
	// Queue returns how many jobs wait, such as the Depth of a jobs.Backend. It
	// is asked at each scrape, with two seconds to answer. Nil means there is
	// no queue.
	Queue func(context.Context) (int, error)

	// Bounds of how many names of each kind have time series of their own; the
	// rest is counted as "other". 0 means 100 chains, 50 models, 100 tools.
	MaxChains, MaxModels, MaxTools int
}

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.Currency == "" {
		d.Currency = "USD"
	}
	if d.MaxChains <= 0 {
		d.MaxChains = 100
	}
	if d.MaxModels <= 0 {
		d.MaxModels = 50
	}
	if d.MaxTools <= 0 {
		d.MaxTools = 100
	}
	return d
}
