package s3memory

import (
	"container/list"
	"sync"
)

// cache keeps what was read last, within a number of bytes.
type cache struct {
	mu    sync.Mutex
	limit int
	bytes int
	order *list.List // the last used first
	byKey map[string]*list.Element
}

type cached struct {
	key   string
	value any // a *head or the []json.RawMessage of a segment; never changed
	bytes int
}

func newCache(limit int) *cache {
	return &cache{limit: limit, order: list.New(), byKey: map[string]*list.Element{}}
}

func (c *cache) get(key string) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byKey[key]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached).value
}

func (c *cache) put(key string, value any, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(key)
	if bytes > c.limit {
		return
	}
	c.byKey[key] = c.order.PushFront(&cached{key, value, bytes})
	for c.bytes += bytes; c.bytes > c.limit; {
		c.forget(c.order.Back().Value.(*cached).key)
	}
}

func (c *cache) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(key)
}

func (c *cache) forget(key string) {
	if e := c.byKey[key]; e != nil {
		c.bytes -= e.Value.(*cached).bytes
		c.order.Remove(e)
		delete(c.byKey, key)
	}
}

// remember keeps a head that is known to be a session's state.
func (s *Store) remember(session string, h *head) {
	s.cache.put(s.headKey(session), h, h.size()+1024)
}
