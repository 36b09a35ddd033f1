package bedrock

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"
)

// cachePointBlock writes a cache point. Bedrock keeps what stands before it
// for 5 minutes or an hour; 0 leaves the choice to the service.
func cachePointBlock(ttl time.Duration) (types.CachePointBlock, error) {
	b := types.CachePointBlock{Type: types.CachePointTypeDefault}
	switch ttl {
	case 0:
	case 5 * time.Minute:
		b.Ttl = types.CacheTTLFiveMinutes
	case time.Hour:
		b.Ttl = types.CacheTTLOneHour
	default:
		return b, fmt.Errorf("a cache point of %v: Bedrock keeps 5m or 1h", ttl)
	}
	return b, nil
}

// cachedTTL returns the time of langchaingo's cache control. Its "ephemeral"
// helpers say 5 minutes or an hour; nil says nothing.
func cachedTTL(control *llms.CacheControl) time.Duration {
	if control == nil {
		return 0
	}
	return control.Duration
}
