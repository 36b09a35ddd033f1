package serve_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/causeway-go/causeway/serve"
)

// chatFault is a request that is refused, or fails, and how.
type chatFault struct {
	name, body  string
	status      int
	kind, param string
	code        string
}

func chatFaults() []chatFault {
	return []chatFault{
		{"no such model", user("nope", "hi"), 404, "invalid_request_error", "model", "model_not_found"},
		{"a chain with two inputs", user("two", "hi"), 400, "invalid_request_error", "model", "not_a_chat_model"},
		{"a chain without text", user("counts", "hi"), 400, "invalid_request_error", "model", "not_a_chat_model"},
		{"no model", `{"messages":[{"role":"user","content":"hi"}]}`, 400, "invalid_request_error", "model", "invalid_value"},
		{"no messages", `{"model":"talk","messages":[]}`, 400, "invalid_request_error", "messages", "invalid_value"},
		{"the assistant last", `{"model":"talk","messages":[{"role":"assistant","content":"hi"}]}`, 400, "invalid_request_error", "messages", "invalid_value"},
		{"an unknown role", `{"model":"talk","messages":[{"role":"king","content":"hi"},{"role":"user","content":"hi"}]}`, 400, "invalid_request_error", "messages[0].role", "invalid_value"},
		{"a result of no call", `{"model":"talk","messages":[{"role":"tool","tool_call_id":"x","content":"hi"},{"role":"user","content":"hi"}]}`, 400, "invalid_request_error", "messages[0].tool_call_id", "invalid_value"},
		{"no text", user("talk", ""), 400, "invalid_request_error", "messages[0].content", "invalid_value"},
		{"blanks", user("talk", " \n"), 400, "invalid_request_error", "messages[0].content", "invalid_value"},
		{"a picture that nobody reads", `{"model":"talk","messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"data:image/tiff;base64,aGk="}}]}]}`, 400, "invalid_request_error", "messages[0].content[1].image_url", "invalid_value"},
		{"a picture elsewhere", `{"model":"talk","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}`, 400, "invalid_request_error", "messages[0].content[0].image_url", "invalid_value"},
		{"a picture for a reader of text", `{"model":"agent","messages":[{"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}]}]}`, 400, "invalid_request_error", "messages", "invalid_value"},
		{"a sound", `{"model":"talk","messages":[{"role":"user","content":[{"type":"input_audio"}]}]}`, 400, "invalid_request_error", "messages[0].content[0].type", "invalid_value"},
		{"longer than the chain takes", user("talk", strings.Repeat("a", 300)), 400, "invalid_request_error", "messages", "bad-input"},
		{"tools", user("talk", "hi", `,"tools":[{"type":"function"}]`), 400, "invalid_request_error", "tools", "unsupported_parameter"},
		{"a tool's choice", user("talk", "hi", `,"tool_choice":"required"`), 400, "invalid_request_error", "tool_choice", "unsupported_parameter"},
		{"several answers", user("talk", "hi", `,"n":2`), 400, "invalid_request_error", "n", "unsupported_parameter"},
		{"a schema", user("talk", "hi", `,"response_format":{"type":"json_schema"}`), 400, "invalid_request_error", "response_format", "unsupported_parameter"},
		{"log probabilities", user("talk", "hi", `,"logprobs":true`), 400, "invalid_request_error", "logprobs", "unsupported_parameter"},
		{"sound", user("talk", "hi", `,"modalities":["text","audio"]`), 400, "invalid_request_error", "modalities", "unsupported_parameter"},
		{"too hot", user("talk", "hi", `,"temperature":3`), 400, "invalid_request_error", "temperature", "invalid_value"},
		{"no tokens", user("talk", "hi", `,"max_tokens":0`), 400, "invalid_request_error", "max_tokens", "invalid_value"},
		{"a long user", user("talk", "hi", `,"user":"`+strings.Repeat("a", 300)+`"`), 400, "invalid_request_error", "user", "invalid_value"},
		{"a wrong type", user("talk", "hi", `,"temperature":"hot"`), 400, "invalid_request_error", "temperature", "invalid_json"},
		{"no JSON", `{"model":`, 400, "invalid_request_error", "", "invalid_json"},
		{"too deep", strings.Repeat("[", 100), 400, "invalid_request_error", "", "invalid_json"},
		{"too large", user("talk", strings.Repeat("a", 5000)), 413, "invalid_request_error", "", "too-large"},
		{"a failed run", user("fails", "hi"), 500, "server_error", "", "run-failed"},
		{"more than the model reads", user("talk", "long"), 400, "invalid_request_error", "messages", "context_length_exceeded"},
		{"a question to a human", user("asks", "hi"), 422, "invalid_request_error", "", "run_interrupted"},
		{"a spent quota", user("talk", "quota"), 429, "rate_limit_error", "", "rate_limit_exceeded"},
	}
}

func TestChatFaults(t *testing.T) {
	url, _ := chatting(t, &serve.Options{MaxBody: 4096})
	for _, tt := range chatFaults() {
		for _, streamed := range []string{"", `,"stream":true}`} {
			body := tt.body
			if streamed != "" && strings.HasSuffix(body, "}") {
				body = strings.TrimSuffix(body, "}") + streamed
			}
			resp, answer := ask(t, "POST", url+"/v1/chat/completions", body)
			var got struct {
				Error struct {
					Message, Type string
					Param, Code   *string
				}
			}
			if err := json.Unmarshal([]byte(answer), &got); err != nil {
				t.Fatalf("%s: %s", tt.name, answer)
			}
			e := got.Error
			if resp.StatusCode != tt.status || e.Type != tt.kind || str(e.Param) != tt.param || str(e.Code) != tt.code || e.Message == "" || resp.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s%s: %s %s", tt.name, streamed, resp.Status, answer)
			}
			if strings.Contains(answer, "secret") {
				t.Errorf("%s: the error tells what was said: %s", tt.name, answer)
			}
			if (resp.Header.Get("X-Should-Retry") == "false") != (tt.status == 500) {
				t.Errorf("%s: X-Should-Retry is %q", tt.name, resp.Header.Get("X-Should-Retry"))
			}
			if tt.status == 429 && resp.Header.Get("Retry-After") == "" {
				t.Errorf("%s: no Retry-After", tt.name)
			}
		}
	}
}

func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Faults that others than the endpoint find are in OpenAI's words, too.
func TestChatFaultsAround(t *testing.T) {
	url, _ := chatting(t, &serve.Options{Auth: serve.BearerKeys("k")})
	for _, tt := range []struct {
		method, path, key string
		status            int
		code              string
	}{
		{"POST", "/v1/chat/completions", "", 401, "invalid_api_key"},
		{"GET", "/v1/models", "wrong", 401, "invalid_api_key"},
		{"GET", "/v1/chat/completions", "k", 405, "bad-method"},
		{"GET", "/v1/models/nope", "k", 404, "model_not_found"},
		{"POST", "/v1/chat/completions", "k", 415, "not-json"},
	} {
		resp, body := ask(t, tt.method, url+tt.path, "", "Authorization", "Bearer "+tt.key)
		var got struct {
			Error struct{ Code string }
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil || resp.StatusCode != tt.status || got.Error.Code != tt.code {
			t.Errorf("%s %s: %s %s", tt.method, tt.path, resp.Status, body)
		}
	}
	plain := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "who are you", http.StatusUnauthorized) })
	}
	url, _ = chatting(t, &serve.Options{Auth: plain})
	if resp, body := ask(t, "GET", url+"/v1/models", ""); resp.StatusCode != 401 || !strings.Contains(body, `"error":{`) {
		t.Errorf("an Auth of somebody else's: %s %s", resp.Status, body)
	}
}

// A page of a known origin may call with OpenAI's client, which tells of itself
// in headers of its own.
func TestChatFromAPage(t *testing.T) {
	const origin = "https://app.example.com"
	url, _ := chatting(t, &serve.Options{Origins: []string{origin}})
	resp, _ := ask(t, "OPTIONS", url+"/v1/chat/completions", "", "Origin", origin,
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type,x-stainless-lang,x-evil")
	allowed := resp.Header.Get("Access-Control-Allow-Headers")
	if resp.StatusCode != 204 || !strings.Contains(allowed, "x-stainless-lang") || strings.Contains(allowed, "x-evil") {
		t.Errorf("%s, allowed are %s", resp.Status, allowed)
	}
}
