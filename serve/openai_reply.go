package serve

import (
	"strings"

	"github.com/causeway-go/causeway/chain"
)

// replyWriter picks the reply out of a run's events as it is written: the
// tokens of the steps that make the output. Where another answer of a model
// begins (an agent's next turn, a step that is tried again) a blank line goes
// before it, as between paragraphs.
type replyWriter struct {
	model chatModel

	path   string // of the last token
	writes bool   // whether that step writes the reply
	from   origin // of what was said last
	said   strings.Builder
	any    bool // something was said
}

// origin is one answer of a model.
type origin struct {
	path string
	turn int
}

// hear returns what an event adds to the reply.
func (w *replyWriter) hear(e chain.Event) string {
	if e.Kind != chain.Token && e.Kind != chain.Retry {
		return ""
	}
	if e.Step != w.path || w.path == "" {
		w.path, w.writes = e.Step, w.model.chain.Writes(w.model.output, e.Step)
	}
	if !w.writes {
		return ""
	}
	if e.Kind == chain.Retry {
		w.from = origin{} // whatever comes next is another answer
		return ""
	}
	text := e.Text
	if now := (origin{e.Step, e.Turn}); now != w.from {
		w.from = now
		w.said.Reset()
		if w.any {
			text = "\n\n" + text
		}
	}
	w.any = true
	w.said.WriteString(e.Text)
	return text
}

// rest returns what the reply lacks when the run is over: all of it where no
// model wrote it, and the reply itself where what was written last is not it.
func (w *replyWriter) rest(vals chain.Values) string {
	reply, isText := w.model.reply(vals)
	switch {
	case !w.any:
		return reply
	case !isText, strings.HasSuffix(strings.TrimSpace(w.said.String()), strings.TrimSpace(reply)):
		return ""
	}
	return "\n\n" + reply
}
