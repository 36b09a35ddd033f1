package serve

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"

	"github.com/causeway-go/causeway/chain"
)

//go:embed page.html
var pageHTML string

// page tells people what is served. It loads nothing and runs nothing.
var page = template.Must(template.New("page").Parse(pageHTML))

// docsURL is where the endpoints are explained.
const docsURL = "https://github.com/causeway-go/causeway/blob/main/docs/serving.md"

// pageData is what the page shows.
type pageData struct {
	Base, Docs string
	Auth, Jobs bool
	Chat       string // a chain that chat clients may ask for as a model, if there is one
	Chains     []pageChain
}

// pageChain is one chain on the page.
type pageChain struct {
	Name, Description string
	Inputs            []pageInput
	Talks             bool   // it goes on with a conversation
	Input, Output     string // schemas
	Body              string // of a request, quoted for a shell
}

func (s *Server) getPage(w http.ResponseWriter, r *http.Request) {
	data := pageData{Base: base(r), Docs: docsURL, Auth: s.o.Auth != nil, Jobs: s.o.Jobs != nil}
	for _, name := range s.names() {
		c := (*s.chains.Load())[name]
		data.Chains = append(data.Chains, describe(c))
		if _, takes := asChatModel(c); takes && data.Chat == "" {
			data.Chat = name
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, data) // the client is gone: nobody is left to tell
}

// describe says how a chain is asked.
func describe(c *chain.Chain) pageChain {
	in, _ := json.MarshalIndent(c.InputSchema(), "", "  ") // they were read from JSON or made by us
	out, _ := json.MarshalIndent(c.OutputSchema(), "", "  ")
	body := struct {
		Input   chain.Values `json:"input"`
		Session string       `json:"session,omitempty"`
	}{Input: exampleInput(c)}
	if c.Conversational() {
		body.Session = "anna"
	}
	return pageChain{
		Name: c.Name(), Description: c.Description(), Inputs: inputsOf(c.InputSchema()), Talks: c.Conversational(),
		Input: string(in), Output: string(out), Body: shellJSON(body),
	}
}

// base is the address the page was asked at; a proxy in front may have taken
// the TLS away.
func base(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
