package emulator

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Turn is one rule of a script: when a request fits When, the model answers
// the rest. Text, Reasoning and the strings within a tool call's Input are
// templates over the request; see Script.
type Turn struct {
	When  Match
	Times int // answers this many calls, then no more; 0 is any number

	Text       string
	Reasoning  string
	ToolCalls  []ToolCall
	Citations  []Citation    // what Text rests on; the text is then cited content
	StopReason string        // default: tool_use with tool calls, else end_turn
	Usage      *Usage        // default: estimated
	Chunks     []string      // cut the streamed text so; together they must make up Text
	First      time.Duration // until the first token
	Chunk      time.Duration // between chunks
	Error      *Failure      // answered instead

	// Sequence holds the answers of the second and later uses, in turn; the
	// last is repeated. Their When, Times and Sequence are not looked at.
	Sequence []Turn
}

// ToolCall is a tool call of a scripted reply.
type ToolCall struct {
	Name  string
	Input map[string]any // JSON values; nil is {}
	ID    string         // default: made up
}

// Citation says where in a document of the request a scripted text is found.
type Citation struct {
	Title      string
	Quote      string // the cited words of the document
	Document   int    // its index in the request
	Start, End int    // the characters from Start up to End
}

// Script answers by rules: the first turn that fits a request and is not used
// up answers it. A request that no turn fits is refused with a
// ValidationException that says so, because a test should notice.
//
// Text, Reasoning and the strings within Input are text/template templates
// over the Request with its methods, and these functions:
//
//	{{.Question}}               the newest text of a user
//	{{group 1}}                 of the regular expression that matched
//	{{result "lookup_order"}}   the text of that tool's newest result
//	{{json "lookup_order" "status"}}   a field of that result
//
// Script panics when a pattern or a template does not parse: a script is
// part of a program, and this is a mistake in it.
func Script(turns ...Turn) Responder {
	s, err := newScript(turns)
	if err != nil {
		panic("emulator: " + err.Error())
	}
	return s
}

type script struct {
	mu    sync.Mutex
	turns []*scriptTurn
}

type scriptTurn struct {
	match matcher
	times int
	says  []*line // the first use's, then the sequence's
	uses  int     // guarded by script.mu
}

func newScript(turns []Turn) (*script, error) {
	s := &script{}
	for i, t := range turns {
		st := &scriptTurn{times: t.Times}
		var err error
		if st.match, err = t.When.compile(); err != nil {
			return nil, fmt.Errorf("turn %d: %w", i+1, err)
		}
		for j, say := range append([]Turn{t}, t.Sequence...) {
			l, err := compileLine(say)
			if err != nil {
				return nil, fmt.Errorf("turn %d, answer %d: %w", i+1, j+1, err)
			}
			st.says = append(st.says, l)
		}
		s.turns = append(s.turns, st)
	}
	return s, nil
}

// Reset makes every turn unused.
func (s *script) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.turns {
		t.uses = 0
	}
}

// Respond answers with the first turn that fits.
func (s *script) Respond(_ context.Context, r *Request) (*Reply, error) {
	for _, t := range s.turns {
		groups, ok := t.match.fits(r)
		if !ok {
			continue
		}
		if l := s.use(t); l != nil {
			return l.reply(r, groups)
		}
	}
	return nil, invalid("No turn of the emulator's script fits this request: model %s, turn %d, %d tool results, %d tools offered.",
		r.ModelID, r.Turn(), len(r.Results()), len(r.Tools()))
}

// use counts a use of the turn; nil when it is used up.
func (s *script) use(t *scriptTurn) *line {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.times > 0 && t.uses >= t.times {
		return nil
	}
	l := t.says[min(t.uses, len(t.says)-1)]
	t.uses++
	return l
}
