package bedrock

import (
	"encoding/json"
	"sync"
	"testing"
)

// A schema that its program changes is sent as it is now.
func TestSchemaCacheSeesChanges(t *testing.T) {
	var c schemaCache
	p := map[string]any{"type": "object", "required": []string{"a"}, "properties": map[string]any{"a": map[string]any{"enum": []any{"x", 1.0, true}}}}
	check := func(want string) {
		t.Helper()
		for range 2 { // encoded, then known
			if b, err := c.json(p); err != nil || string(b) != want {
				t.Errorf("%s, %v; want %s", b, err, want)
			}
		}
	}
	check(`{"properties":{"a":{"enum":["x",1,true]}},"required":["a"],"type":"object"}`)
	p["required"].([]string)[0] = "b"
	check(`{"properties":{"a":{"enum":["x",1,true]}},"required":["b"],"type":"object"}`)
	p["properties"].(map[string]any)["a"].(map[string]any)["enum"].([]any)[2] = 7
	check(`{"properties":{"a":{"enum":["x",1,7]}},"required":["b"],"type":"object"}`)
	delete(p, "required")
	check(`{"properties":{"a":{"enum":["x",1,7]}},"type":"object"}`)
	p["default"] = nil // not kept, and right all the same
	check(`{"default":null,"properties":{"a":{"enum":["x",1,7]}},"type":"object"}`)
	p["default"] = json.Number("12345678901234567890")
	check(`{"default":12345678901234567890,"properties":{"a":{"enum":["x",1,7]}},"type":"object"}`)
}

func TestSchemaCacheIsBounded(t *testing.T) {
	var c schemaCache
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range maxSchemas {
				if _, err := c.json(map[string]any{"type": "object"}); err != nil {
					t.Error(err)
				}
				if _, err := c.json(json.RawMessage(`{"type":"object"}`)); err != nil {
					t.Error(err)
				}
				if _, err := c.json(append(json.RawMessage{}, "{}"...)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if len(c.maps) > maxSchemas || len(c.raw) > maxSchemas {
		t.Errorf("%d maps and %d raw schemas kept", len(c.maps), len(c.raw))
	}
}
