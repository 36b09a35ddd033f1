package memory_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/memory"
	"github.com/causeway-go/causeway/message"
)

func TestEstimate(t *testing.T) {
	for _, tt := range []struct {
		name string
		msg  llms.MessageContent
		want int
	}{
		{"nothing", llms.MessageContent{}, 8},
		{"text", human(strings.Repeat("x", 300)), 108},
		{"call", calls("a"), 8 + 20 + 5},
		{"result", results(llms.ChatMessageTypeTool, "a"), 8 + 20 + 3},
		{"old result", llms.MessageContent{Parts: []llms.ContentPart{llms.ToolCallResponse{Content: "found"}}}, 8 + 20 + 2},
		{"reasoning", llms.MessageContent{Parts: []llms.ContentPart{message.Reasoning{Text: "abc", Signature: "def"}}}, 8 + 2},
		{"cache point", llms.MessageContent{Parts: []llms.ContentPart{message.CachePoint{}}}, 8},
		{"picture", llms.MessageContent{Parts: []llms.ContentPart{message.Image{Data: []byte{1}}}}, 1608},
	} {
		if got := memory.Estimate([]llms.MessageContent{tt.msg}); got != tt.want {
			t.Errorf("%s: %d; want %d", tt.name, got, tt.want)
		}
	}
}

// TestEstimateOfRecordings holds the estimate against what Bedrock counted.
func TestEstimateOfRecordings(t *testing.T) {
	root := os.Getenv("CAUSEWAY_RECORDINGS")
	if root == "" {
		t.Skip("CAUSEWAY_RECORDINGS is not set")
	}
	tried := 0
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json") {
			return err
		}
		counted, msgs := recorded(t, path)
		if counted < 100 {
			return nil // of short requests the overhead is most
		}
		tried++
		got := memory.Estimate(msgs)
		if ratio := float64(got) / float64(counted); ratio < 0.9 || ratio > 2.2 {
			t.Errorf("%s: estimated %d, counted %d", filepath.Base(path), got, counted)
		} else {
			t.Logf("%.2f: estimated %d, counted %d, %s", ratio, got, counted, filepath.Base(path))
		}
		return nil
	})
	if err != nil || tried == 0 {
		t.Errorf("tried %d recordings: %v", tried, err)
	}
}

// recorded returns a recorded Converse request and the tokens of its input, or
// 0 where it holds what a conversation does not.
func recorded(t *testing.T, path string) (int, []llms.MessageContent) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r struct {
		Operation string          `json:"operation"`
		Status    int             `json:"status"`
		Request   json.RawMessage `json:"request_body"`
		Response  json.RawMessage `json:"response_body"`
	}
	var request struct {
		Tools    any `json:"toolConfig"`
		Messages []struct {
			Content []map[string]json.RawMessage
		}
		System []map[string]json.RawMessage
	}
	var response struct {
		Usage struct {
			InputTokens, CacheReadInputTokens, CacheWriteInputTokens int
		}
	}
	if json.Unmarshal(data, &r) != nil || r.Operation != "Converse" || r.Status != 200 ||
		json.Unmarshal(unquoted(r.Request), &request) != nil || json.Unmarshal(unquoted(r.Response), &response) != nil || request.Tools != nil {
		return 0, nil
	}
	blocks := [][]map[string]json.RawMessage{request.System}
	for _, m := range request.Messages {
		blocks = append(blocks, m.Content)
	}
	var msgs []llms.MessageContent
	for _, content := range blocks {
		var m llms.MessageContent
		for _, block := range content {
			var text string
			var reasoning struct {
				ReasoningText struct{ Text, Signature string }
			}
			switch {
			case block["text"] != nil && json.Unmarshal(block["text"], &text) == nil:
				m.Parts = append(m.Parts, llms.TextContent{Text: text})
			case block["reasoningContent"] != nil && json.Unmarshal(block["reasoningContent"], &reasoning) == nil:
				m.Parts = append(m.Parts, message.Reasoning{Text: reasoning.ReasoningText.Text, Signature: reasoning.ReasoningText.Signature})
			case block["cachePoint"] != nil:
			default:
				return 0, nil
			}
		}
		msgs = append(msgs, m)
	}
	u := response.Usage
	return u.InputTokens + u.CacheReadInputTokens + u.CacheWriteInputTokens, msgs
}

// unquoted returns the JSON in a string, or the JSON itself.
func unquoted(raw json.RawMessage) []byte {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return []byte(text)
	}
	return raw
}
