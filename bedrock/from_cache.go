package bedrock

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
)

func ttlOf(ttl types.CacheTTL) time.Duration {
	switch ttl {
	case types.CacheTTLFiveMinutes:
		return 5 * time.Minute
	case types.CacheTTLOneHour:
		return time.Hour
	}
	return 0
}
