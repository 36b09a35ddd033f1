package bedrock

import (
	"encoding/json"
	"fmt"
	"strings"
)

// embedForms are the known lines, by a part of their model ids. Sources: the
// model parameter pages of the Bedrock user guide and of the Nova guide.
var embedForms = []struct {
	sign       string
	dimensions bool // the size can be chosen
	form       embedForm
}{
	{"amazon.titan-embed-text-v2", true, embedForm{1, titanV2Body, readTitan}},
	{"amazon.titan-embed-text-v1", false, embedForm{1, titanBody, readTitan}},
	{"amazon.titan-embed-g1-text", false, embedForm{1, titanBody, readTitan}},
	{"cohere.embed-v4", true, embedForm{96, cohereBody, readCohere}},
	{"cohere.embed-english-v3", false, embedForm{96, cohereBody, readCohere}},
	{"cohere.embed-multilingual-v3", false, embedForm{96, cohereBody, readCohere}},
	{"amazon.nova-2-multimodal-embeddings", true, embedForm{1, novaBody, readNova}},
}

func embedFormOf(id string, o *EmbedderOptions) (embedForm, error) {
	for _, f := range embedForms {
		if !strings.Contains(id, f.sign) {
			continue
		}
		if o.Dimensions != 0 && !f.dimensions {
			return embedForm{}, fmt.Errorf("vectors of %s have one size: Dimensions %d", id, o.Dimensions)
		}
		return f.form, nil
	}
	var known []string
	for _, f := range embedForms {
		known = append(known, f.sign)
	}
	return embedForm{}, fmt.Errorf("%q is no embedding model known here; known: %s", id, strings.Join(known, ", "))
}

func titanBody(_ *Embedder, _ Purpose, texts []string) any {
	return map[string]any{"inputText": texts[0]}
}

func titanV2Body(e *Embedder, _ Purpose, texts []string) any {
	body := map[string]any{"inputText": texts[0], "normalize": !e.options.NotNormalized}
	if e.options.Dimensions != 0 {
		body["dimensions"] = e.options.Dimensions
	}
	return body
}

func readTitan(body []byte) ([][]float32, int, error) {
	var reply struct {
		Embedding           []float32 `json:"embedding"`
		InputTextTokenCount int       `json:"inputTextTokenCount"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return nil, 0, err
	}
	return [][]float32{reply.Embedding}, reply.InputTextTokenCount, nil
}

func cohereBody(e *Embedder, p Purpose, texts []string) any {
	body := map[string]any{"texts": texts, "input_type": "search_document"}
	if p == ForSearch {
		body["input_type"] = "search_query"
	}
	if e.options.Truncate != "" {
		body["truncate"] = cohereTruncate(e.options.Truncate, e.id)
	}
	if e.options.Dimensions != 0 {
		body["output_dimension"] = e.options.Dimensions
		body["embedding_types"] = []string{"float"}
	}
	return body
}

// cohereTruncate spells where to cut: v4 says LEFT and RIGHT.
func cohereTruncate(end, id string) string {
	if !strings.Contains(id, "embed-v4") {
		return end
	}
	switch end {
	case "START":
		return "LEFT"
	case "END":
		return "RIGHT"
	}
	return end
}

// readCohere reads both of Cohere's shapes: a list of vectors, or one list for
// each type of number.
func readCohere(body []byte) ([][]float32, int, error) {
	var reply struct {
		Embeddings json.RawMessage `json:"embeddings"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return nil, 0, err
	}
	var list [][]float32
	if json.Unmarshal(reply.Embeddings, &list) == nil {
		return list, 0, nil
	}
	var byType struct {
		Float [][]float32 `json:"float"`
	}
	err := json.Unmarshal(reply.Embeddings, &byType)
	return byType.Float, 0, err
}

func novaBody(e *Embedder, p Purpose, texts []string) any {
	truncate, purpose := "NONE", "GENERIC_INDEX"
	if e.options.Truncate != "" {
		truncate = e.options.Truncate
	}
	if p == ForSearch {
		purpose = "TEXT_RETRIEVAL"
	}
	params := map[string]any{
		"embeddingPurpose": purpose,
		"text":             map[string]any{"truncationMode": truncate, "value": texts[0]},
	}
	if e.options.Dimensions != 0 {
		params["embeddingDimension"] = e.options.Dimensions
	}
	return map[string]any{"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": params}
}

func readNova(body []byte) ([][]float32, int, error) {
	var reply struct {
		Embeddings []struct {
			Embedding []float32 `json:"embedding"`
		} `json:"embeddings"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return nil, 0, err
	}
	vectors := make([][]float32, len(reply.Embeddings))
	for i, e := range reply.Embeddings {
		vectors[i] = e.Embedding
	}
	return vectors, 0, nil
}
