package bedrock_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/embeddings"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/message"
)

var (
	_ embeddings.EmbedderClient = (*bedrock.Embedder)(nil)
	_ embeddings.Embedder       = (*bedrock.Embedder)(nil)
)

func TestEmbedForms(t *testing.T) {
	const titan = `{"embedding":[0.5,-1],"inputTextTokenCount":3}`
	for _, c := range []struct {
		model   string
		options bedrock.EmbedderOptions
		answer  string
		sent    string
		tokens  int
	}{
		{"amazon.titan-embed-text-v1", bedrock.EmbedderOptions{}, titan, `{"inputText":"a"}`, 3},
		{"amazon.titan-embed-text-v2:0", bedrock.EmbedderOptions{Dimensions: 256, NotNormalized: true}, titan, `{"inputText":"a","dimensions":256,"normalize":false}`, 3},
		{"cohere.embed-english-v3", bedrock.EmbedderOptions{Truncate: "END"}, `{"embeddings":[[0.5,-1]]}`, `{"texts":["a"],"input_type":"search_query","truncate":"END"}`, 7},
		{"us.cohere.embed-v4:0", bedrock.EmbedderOptions{Dimensions: 1536, Truncate: "END"}, `{"embeddings":{"float":[[0.5,-1]]}}`, `{"texts":["a"],"input_type":"search_query","truncate":"RIGHT","output_dimension":1536,"embedding_types":["float"]}`, 7},
		{"amazon.nova-2-multimodal-embeddings-v1:0", bedrock.EmbedderOptions{Dimensions: 384}, `{"embeddings":[{"embeddingType":"TEXT","embedding":[0.5,-1]}]}`, `{"taskType":"SINGLE_EMBEDDING","singleEmbeddingParams":{"embeddingPurpose":"TEXT_RETRIEVAL","embeddingDimension":384,"text":{"truncationMode":"NONE","value":"a"}}}`, 7},
	} {
		t.Run(c.model, func(t *testing.T) {
			w := &wire{answer: func(*http.Request) *http.Response {
				return response(200, map[string]string{"X-Amzn-Bedrock-Input-Token-Count": "7"}, []byte(c.answer))
			}}
			e, err := bedrock.NewEmbedder(w.client(t), c.model, &c.options)
			if err != nil {
				t.Fatal(err)
			}
			vectors, usage, err := e.Embed(t.Context(), bedrock.ForSearch, []string{"a"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]float32{{0.5, -1}}, vectors); diff != "" || usage != (message.Usage{Input: c.tokens}) {
				t.Errorf("%s usage %+v", diff, usage)
			}
			if diff := cmp.Diff(decoded(t, []byte(c.sent)), w.sentJSON(t)); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

// lengths answers Titan's or Cohere's form with a vector of each text's length.
type lengths struct {
	mu       sync.Mutex
	requests int
	fail     string
}

func (l *lengths) Do(r *http.Request) (*http.Response, error) {
	var body struct {
		InputText string
		Texts     []string
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.requests++
	l.mu.Unlock()
	if l.fail != "" && body.InputText == l.fail {
		return response(429, map[string]string{"X-Amzn-ErrorType": "ThrottlingException"}, []byte(`{"message":"slow"}`)), nil
	}
	if body.Texts == nil {
		return response(200, nil, fmt.Appendf(nil, `{"embedding":[%d],"inputTextTokenCount":1}`, len(body.InputText))), nil
	}
	var vectors []string
	for _, s := range body.Texts {
		vectors = append(vectors, fmt.Sprintf("[%d]", len(s)))
	}
	return response(200, nil, fmt.Appendf(nil, `{"embeddings":[%s]}`, strings.Join(vectors, ","))), nil
}

// Vectors come in the order of their texts, however they were batched.
func TestEmbedMany(t *testing.T) {
	texts := make([]string, 200)
	want := make([][]float32, 200)
	for i := range texts {
		texts[i], want[i] = strings.Repeat("x", i+1), []float32{float32(i + 1)}
	}
	for model, requests := range map[string]int{"amazon.titan-embed-text-v1": 200, "cohere.embed-multilingual-v3": 3} {
		l := &lengths{}
		e, err := bedrock.NewEmbedder(clientOver(t, l), model, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.CreateEmbedding(t.Context(), texts)
		if err != nil || !cmp.Equal(want, got) || l.requests != requests {
			t.Errorf("%s: %v, %d requests", model, err, l.requests)
		}
	}
	one, err := bedrock.NewEmbedder(clientOver(t, &lengths{}), "amazon.titan-embed-text-v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := one.EmbedQuery(t.Context(), "four"); err != nil || !cmp.Equal([]float32{4}, v) {
		t.Errorf("a query: %v, %v", v, err)
	}
	if v, err := one.CreateEmbedding(t.Context(), nil); err != nil || len(v) != 0 {
		t.Errorf("no texts: %v, %v", v, err)
	}
	e, err := bedrock.NewEmbedder(clientOver(t, &lengths{fail: "xxx"}), "amazon.titan-embed-text-v1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.CreateEmbedding(t.Context(), texts); err == nil || !strings.Contains(err.Error(), "ThrottlingException") {
		t.Errorf("a throttle within: %v", err)
	}
}

func TestNewEmbedderRefuses(t *testing.T) {
	c := answering("").client(t)
	for model, o := range map[string]*bedrock.EmbedderOptions{
		"anthropic.claude-3": nil, "cohere.embed-english-v3": {Dimensions: 5},
	} {
		if _, err := bedrock.NewEmbedder(c, model, o); err == nil {
			t.Errorf("%s: no error", model)
		}
	}
}

// Recorded embeddings come back number for number.
func TestRecordedEmbeddings(t *testing.T) {
	n := 0
	for _, rec := range recordings(t, "InvokeModel") {
		if !strings.Contains(rec.ModelID, "embed") || rec.Status != 200 {
			continue
		}
		n++
		var want struct {
			Embedding  []float32
			Embeddings [][]float32
		}
		if err := json.Unmarshal(rec.body(t), &want); err != nil {
			t.Fatal(err)
		}
		if want.Embedding != nil {
			want.Embeddings = [][]float32{want.Embedding}
		}
		w := &wire{answer: func(*http.Request) *http.Response { return response(200, rec.ResponseHeaders, rec.body(t)) }}
		e, err := bedrock.NewEmbedder(w.client(t), rec.ModelID, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := e.Embed(t.Context(), bedrock.ForStorage, make([]string, len(want.Embeddings)))
		if err != nil || !cmp.Equal(want.Embeddings, got) {
			t.Errorf("%s: %v", rec.name, err)
		}
	}
	t.Logf("embeddings: %d", n)
}
