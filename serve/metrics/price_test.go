package metrics_test

import (
	"math"
	"testing"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/serve/metrics"
)

func TestCost(t *testing.T) {
	prices := metrics.Prices{
		"anthropic.claude-x-v1:0":        {Input: 3},
		"global.anthropic.claude-x-v1:0": {Input: 2},
		"zai.glm-4.7":                    {Input: 1},
		"arn:aws:bedrock:us-east-1:1:application-inference-profile/abc": {Input: 5},
		"refund": {Input: -1},
		"broken": {Input: math.NaN()},
	}
	for model, want := range map[string]float64{
		"anthropic.claude-x-v1:0":        3,
		"us.anthropic.claude-x-v1:0":     3,
		"us-gov.anthropic.claude-x-v1:0": 3,
		"global.anthropic.claude-x-v1:0": 2, // its own entry
		"zai.glm-4.7":                    1,
		"arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-x-v1:0":                     3,
		"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-x-v1:0":     3,
		"arn:aws:bedrock:eu-west-1:123456789012:inference-profile/global.anthropic.claude-x-v1:0": 2,
		"arn:aws:bedrock:us-east-1:1:application-inference-profile/abc":                           5,
		"arn:aws:bedrock:us-east-1:1:application-inference-profile/xyz":                           -1,
		"xx.anthropic.claude-x-v1:0": -1, // no region that we know
		"anthropic.claude-x":         -1,
		"":                           -1,
		"refund":                     -1,
		"broken":                     -1,
	} {
		got, known := prices.Cost(model, message.Usage{Input: 1_000_000})
		if !known {
			got = -1
		}
		if got != want {
			t.Errorf("%s: %v, want %v", model, got, want)
		}
	}
	if _, known := metrics.Prices(nil).Cost("anthropic.claude-x-v1:0", message.Usage{Input: 1}); known {
		t.Error("a price out of nothing")
	}
}
