package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/message"
)

func usageOf(u *types.TokenUsage) message.Usage {
	if u == nil {
		return message.Usage{}
	}
	usage := message.Usage{
		Input:      intOf(u.InputTokens),
		Output:     intOf(u.OutputTokens),
		CacheRead:  intOf(u.CacheReadInputTokens),
		CacheWrite: intOf(u.CacheWriteInputTokens),
	}
	for _, d := range u.CacheDetails {
		switch d.Ttl {
		case types.CacheTTLFiveMinutes:
			usage.CacheWrite5m += intOf(d.InputTokens)
		case types.CacheTTLOneHour:
			usage.CacheWrite1h += intOf(d.InputTokens)
		}
	}
	return usage
}

func intOf(n *int32) int {
	if n == nil {
		return 0
	}
	return int(*n)
}
