package emulator

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func benchmark(b *testing.B, op, text string) {
	e := New(&Options{Responder: Script(
		Turn{When: Match{Text: "stream"}, Text: strings.TrimSpace(strings.Repeat("word ", 200))},
		Turn{Text: "The capital of France is Paris, as every school child knows."},
	)})
	body := `{"messages":[{"role":"user","content":[{"text":"` + text + `"}]}],"system":[{"text":"You are brief."}],"inferenceConfig":{"maxTokens":4096}}`
	b.ReportAllocs()
	for b.Loop() {
		w := &recorder{}
		e.ServeHTTP(w, httptest.NewRequest("POST", "/model/"+claude+"/"+op, strings.NewReader(body)))
		if w.status != 200 {
			b.Fatalf("%d %s", w.status, w.body)
		}
	}
}

func BenchmarkConverse(b *testing.B)       { benchmark(b, "converse", "hi") }
func BenchmarkConverseStream(b *testing.B) { benchmark(b, "converse-stream", "stream") }
