package metrics

import (
	"math"
	"slices"
	"strings"

	"github.com/causeway-go/causeway/message"
)

// Price is what a model's tokens cost, for a million of each kind.
type Price struct {
	Input      float64 `json:"input" yaml:"input"`
	Output     float64 `json:"output" yaml:"output"` // reasoning included, as it is billed
	CacheRead  float64 `json:"cacheRead,omitempty" yaml:"cacheRead"`
	CacheWrite float64 `json:"cacheWrite,omitempty" yaml:"cacheWrite"`
	// CacheWrite1h is for what is kept an hour; 0 means as CacheWrite.
	CacheWrite1h float64 `json:"cacheWrite1h,omitempty" yaml:"cacheWrite1h"`
}

// Prices are the prices of models, by their ids.
type Prices map[string]Price

// Cost estimates what u cost on a model, and reports whether its price is
// known. The id is looked up as it is; one of an inference profile
// (us.anthropic.…, eu., apac., global.) then without its region, and one of a
// foundation model's or system profile's ARN without the ARN. So a price that
// differs by region has an entry with the region, and all others share one. An
// application profile's ARN does not tell the model: it needs its own entry.
func (p Prices) Cost(model string, u message.Usage) (cost float64, known bool) {
	price, known := p.of(model)
	if !known {
		return 0, false
	}
	hour := price.CacheWrite1h
	if hour == 0 {
		hour = price.CacheWrite
	}
	cost = price.Input*float64(u.Input) + price.Output*float64(u.Output) + price.CacheRead*float64(u.CacheRead) +
		price.CacheWrite*float64(u.CacheWrite-u.CacheWrite1h) + hour*float64(u.CacheWrite1h)
	if cost < 0 || math.IsNaN(cost) || math.IsInf(cost, 0) {
		return 0, false // a price below nothing is none
	}
	return cost / 1e6, true
}

func (p Prices) of(model string) (Price, bool) {
	if price, ok := p[model]; ok {
		return price, true
	}
	id := model
	if strings.HasPrefix(id, "arn:") {
		for _, kind := range []string{":foundation-model/", ":inference-profile/"} {
			if _, after, ok := strings.Cut(id, kind); ok {
				id = after
			}
		}
		if price, ok := p[id]; ok {
			return price, true
		}
	}
	if region, rest, ok := strings.Cut(id, "."); ok && slices.Contains(profileRegions, region) {
		id = rest
	}
	price, ok := p[id]
	return price, ok
}

// profileRegions are the prefixes of inference profiles (Bedrock user guide,
// supported regions and models for inference profiles).
var profileRegions = []string{"us", "eu", "apac", "global", "jp", "au", "ca", "sa", "us-gov"}
