package jobs

import "net/http"

// Through has c call by way of rt, in place of the network.
func (c *Callbacks) Through(rt http.RoundTripper) { c.client.Transport = rt }
