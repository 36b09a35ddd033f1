package bedrock

import (
	"encoding/json"
	"sync"
	"unsafe"
)

// schemaCache remembers which raw schemas were found valid, by where they lie
// in memory: checking twenty on each call costs more than sending them. A
// slice changed after its first use is sent as it is then, and the service
// tells what is wrong with it.
type schemaCache struct {
	mu      sync.RWMutex
	lengths map[*byte]int // first byte to length; keeps the schema alive
}

// maxSchemas bounds the cache; a program has as many schemas as tools.
const maxSchemas = 1024

var validSchemas schemaCache

func (c *schemaCache) known(raw json.RawMessage) bool {
	if len(raw) == 0 {
		return false
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.lengths[unsafe.SliceData(raw)] == len(raw)
}

func (c *schemaCache) add(raw json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lengths == nil || len(c.lengths) >= maxSchemas {
		c.lengths = make(map[*byte]int)
	}
	c.lengths[unsafe.SliceData(raw)] = len(raw)
}
