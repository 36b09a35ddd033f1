package serve

import (
	"encoding/json"
	"html/template"
	"net/http"
)

// page lists what is served, for people. It loads nothing and runs nothing.
var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Causeway</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#1f2328}
h2{margin:2rem 0 .2rem} pre{background:#f6f8fa;border:1px solid #d1d9e0;border-radius:6px;padding:.8rem;overflow:auto}
code{font-size:.9em} p{margin:.3rem 0} a{color:#0969da}
</style>
<h1>Causeway</h1>
<p>Chains on this server. The <a href="/openapi.json">OpenAPI document</a> describes every endpoint.</p>
{{range .Chains}}
<h2>{{.Name}}</h2>
<p>{{.Description}}</p>
<pre><code>curl -N {{$.Base}}/v1/chains/{{.Name}}/runs \
  -H 'Content-Type: application/json' -H 'Accept: text/event-stream' \
  -d '{"input": {{.Example}}}'</code></pre>
<p>Input:</p>
<pre><code>{{.Schema}}</code></pre>
{{else}}
<p>There are none.</p>
{{end}}
</html>
`))

type pageChain struct{ Name, Description, Example, Schema string }

func (s *Server) getPage(w http.ResponseWriter, r *http.Request) {
	var chains []pageChain
	for _, name := range s.names() {
		c := (*s.chains.Load())[name]
		schema, _ := json.MarshalIndent(c.InputSchema(), "", "  ") // it was read from JSON or made by us
		example := map[string]string{}
		for _, input := range c.Inputs() {
			example[input] = "…"
		}
		chains = append(chains, pageChain{name, c.Description(), string(encoded(example)), string(schema)})
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, map[string]any{"Base": base(r), "Chains": chains}) // the client is gone: nobody is left to tell
}

// base is the address the page was asked at.
func base(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
