package serve

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/message"
)

// chatCompletion is OpenAI's answer to a chat.
type chatCompletion struct {
	ID      string       `json:"id"` // chatcmpl- and the run's id
	Object  string       `json:"object"`
	Created int64        `json:"created"`
	Model   string       `json:"model"`
	Choices []chatChoice `json:"choices"`
	Usage   chatUsage    `json:"usage"`
}

type chatChoice struct {
	Index   int `json:"index"`
	Message struct {
		Role    string  `json:"role"`
		Content string  `json:"content"`
		Refusal *string `json:"refusal"`
	} `json:"message"`
	Logprobs     *struct{} `json:"logprobs"`
	FinishReason string    `json:"finish_reason"`
}

// chatUsage counts the tokens of all models of the run.
type chatUsage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
	TotalTokens      int `json:"total_tokens"`
	PromptDetails    struct {
		Cached int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
	CompletionDetails struct {
		Reasoning int `json:"reasoning_tokens"`
	} `json:"completion_tokens_details"`
}

// chatUsageOf counts what was read from a cache, and written to it, as part of
// the prompt, as OpenAI does.
func chatUsageOf(u message.Usage) chatUsage {
	var c chatUsage
	c.PromptTokens = u.Input + u.CacheRead + u.CacheWrite
	c.CompletionTokens = u.Output
	c.TotalTokens = c.PromptTokens + c.CompletionTokens
	c.PromptDetails.Cached = u.CacheRead
	c.CompletionDetails.Reasoning = u.Reasoning
	return c
}

// postChat runs a chain on the messages of a chat, for clients that speak
// OpenAI's language.
func (s *Server) postChat(w http.ResponseWriter, r *http.Request) {
	body, p := s.readBody(w, r)
	if p != nil {
		p.Write(w)
		return
	}
	q, e := decodeChat(body)
	if e != nil {
		e.write(w, http.StatusBadRequest)
		return
	}
	m, e := s.chatModel(q.Model)
	if e != nil {
		status := http.StatusBadRequest
		if e.Code == "model_not_found" {
			status = http.StatusNotFound
		}
		e.write(w, status)
		return
	}
	t, e := m.task(q)
	if e != nil {
		e.write(w, http.StatusBadRequest)
		return
	}
	if q.Stream {
		s.streamChat(w, r, m, t, q.StreamOptions != nil && q.StreamOptions.IncludeUsage)
		return
	}
	s.replies.once(w, r, string(body), func(w http.ResponseWriter) { s.answerChat(w, r, m, t) })
}

// task makes a run of a chat. The conversation is the client's: the chain's own
// memory is neither read nor added to. A chain that has no place for it
// answers the last message alone.
func (m chatModel) task(q *chatRequest) (task, *openAIError) {
	c, e := q.converse()
	if e != nil {
		return task{}, e
	}
	if len(c.pieces) > 0 {
		if !m.chain.Conversational() {
			return task{}, refuse("messages", "This model reads text only.")
		}
		c.history = append(c.history, llms.MessageContent{Role: llms.ChatMessageTypeHuman, Parts: c.pieces})
	}
	in := chain.Values{m.input: c.words}
	if m.system != "" && c.system != "" {
		in[m.system] = c.system
	}
	t := begins(m.chain, RunRequest{Input: in, Labels: q.labels()})
	t.o.History, t.o.CallOptions = c.history, q.options()
	t.o.CallOptionsFor = func(step string) bool { return m.chain.Writes(m.output, step) } // a sorter cut short by the client's max_tokens sorts nothing
	return t, nil
}

// answerChat answers when the run is done.
func (s *Server) answerChat(w http.ResponseWriter, r *http.Request, m chatModel, t task) {
	w.Header().Set("X-Request-Id", t.o.RunID)
	result, p := s.whole(r, t)
	if p != nil {
		p.Write(w)
		return
	}
	if result.Interrupt != nil {
		waits(t).write(w, http.StatusUnprocessableEntity)
		return
	}
	c := chatCompletion{
		ID: "chatcmpl-" + t.o.RunID, Object: "chat.completion", Created: time.Now().Unix(), Model: m.chain.Name(),
		Choices: make([]chatChoice, 1), Usage: chatUsageOf(result.Usage),
	}
	c.Choices[0].Message.Role = "assistant"
	c.Choices[0].Message.Content, _ = m.reply(result.Values)
	c.Choices[0].FinishReason = m.finishReason(result)
	writeJSON(w, http.StatusOK, c)
}

// waits is the end of a chat whose run asks a human: a chat client has no way
// to answer, and what its user says next would begin another run.
func waits(t task) *openAIError {
	return &openAIError{
		Message: "The run waits for an approval. Answer it at POST /v1/chains/" + t.chain.Name() + "/runs/" + t.o.RunID + "/answer.",
		Code:    "run_interrupted",
	}
}

// reply is the run's answer as text, and whether it was text to begin with.
func (m chatModel) reply(vals chain.Values) (string, bool) {
	switch v := vals[m.output].(type) {
	case string:
		return v, true
	case nil: // its step was skipped
		return "", true
	default:
		text, _ := json.Marshal(v) // the values of a run are JSON
		return string(text), false
	}
}

// finishReason says in OpenAI's words why the reply ended: what the last model
// said that wrote it.
func (m chatModel) finishReason(result *chain.Result) string {
	for _, step := range slices.Backward(result.Steps) {
		if step.StopReason != "" && m.chain.Writes(m.output, step.Step) {
			return finishReason(step.StopReason)
		}
	}
	return "stop"
}

// finishReason translates Bedrock's word, and those of langchaingo's other
// providers. An agent that ends on a tool call of its own ends: tools are the
// chain's, and a client that read tool_calls would look for calls to make.
func finishReason(word string) string {
	switch word {
	case "max_tokens", "model_context_window_exceeded", "length", "MAX_TOKENS":
		return "length"
	case "guardrail_intervened", "content_filtered", "content_filter", "refusal", "SAFETY":
		return "content_filter"
	}
	return "stop"
}
