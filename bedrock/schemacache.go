package bedrock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

// schemaCache keeps what tools' parameters are as JSON. A program has as many
// as it has tools, and hands out the same ones with every call: encoding
// twenty of them costs more than sending them.
type schemaCache struct {
	mu   sync.RWMutex
	raw  map[*byte]int         // valid JSON, by where it lies: first byte to length
	maps map[uintptr]mapSchema // by where the map lies
}

// mapSchema is a map's JSON, and a copy of the map it is the JSON of. A map
// that was changed since, or that lies where another did, is not equal to it.
type mapSchema struct {
	copied map[string]any
	json   []byte
}

// maxSchemas bounds the cache.
const maxSchemas = 1024

var toolSchemas schemaCache

// json returns the JSON of a tool's parameters. json.RawMessage, which
// tools.Set hands out, is sent as it is.
func (c *schemaCache) json(parameters any) ([]byte, error) {
	switch p := parameters.(type) {
	case nil:
		return anyInput, nil
	case json.RawMessage:
		return c.ofRaw(p)
	case map[string]any:
		return c.ofMap(p)
	}
	return encodeSchema(parameters)
}

// ofRaw checks p once. A slice changed after its first use is sent as it is
// then, and the service tells what is wrong with it.
func (c *schemaCache) ofRaw(p json.RawMessage) ([]byte, error) {
	where := unsafe.SliceData(p)
	c.mu.RLock()
	known := len(p) > 0 && c.raw[where] == len(p)
	c.mu.RUnlock()
	if known {
		return p, nil
	}
	b, err := encodeSchema(p)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.raw == nil || len(c.raw) >= maxSchemas {
		c.raw = make(map[*byte]int)
	}
	c.raw[where] = len(p)
	return b, nil
}

// ofMap encodes p unless an equal map was encoded before.
func (c *schemaCache) ofMap(p map[string]any) ([]byte, error) {
	where := reflect.ValueOf(p).Pointer()
	c.mu.RLock()
	known, ok := c.maps[where]
	c.mu.RUnlock()
	if ok && sameJSON(p, known.copied) {
		return known.json, nil
	}
	b, err := encodeSchema(p)
	if err != nil {
		return nil, err
	}
	if copied, ok := copyJSON(p).(map[string]any); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.maps == nil || len(c.maps) >= maxSchemas {
			c.maps = make(map[uintptr]mapSchema)
		}
		c.maps[where] = mapSchema{copied, b}
	}
	return b, nil
}

func encodeSchema(parameters any) ([]byte, error) {
	b, err := encodeJSON(parameters)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		return nil, fmt.Errorf("%.20s... is no JSON Schema object", b)
	}
	return b, nil
}

// copyJSON returns a deep copy of what programs write schemas with, and nil
// where anything else is within.
func copyJSON(v any) any {
	switch v := v.(type) {
	case string, bool, float64, int:
		return v
	case []string:
		return slices.Clone(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			if list[i] = copyJSON(v[i]); list[i] == nil {
				return nil
			}
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for k := range v {
			if m[k] = copyJSON(v[k]); m[k] == nil {
				return nil
			}
		}
		return m
	}
	return nil
}

// sameJSON reports whether v equals a copy that copyJSON made.
func sameJSON(v, copied any) bool {
	switch v := v.(type) {
	case string, bool, float64, int:
		return v == copied
	case []string:
		c, ok := copied.([]string)
		return ok && slices.Equal(v, c)
	case []any:
		c, ok := copied.([]any)
		return ok && slices.EqualFunc(v, c, sameJSON)
	case map[string]any:
		c, ok := copied.(map[string]any)
		if !ok || len(v) != len(c) {
			return false
		}
		for k := range v {
			if old, ok := c[k]; !ok || !sameJSON(v[k], old) {
				return false
			}
		}
		return true
	}
	return false
}
