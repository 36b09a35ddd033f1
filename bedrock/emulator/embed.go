package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// embedder answers the embedding models of InvokeModel. Vectors are made by
// the emulator, never by a Responder.
type embedder interface {
	// embed returns the response body and the tokens counted.
	embed(body []byte, id source) ([]byte, int, *Failure)
}

func embedderOf(model string) embedder {
	switch {
	case strings.Contains(model, "amazon.titan-embed"):
		return titanEmbed{size: titanSize(model)}
	case strings.Contains(model, "cohere.embed"):
		return cohereEmbed{size: cohereSize(model)}
	case strings.Contains(model, "multimodal-embeddings"):
		return novaEmbed{}
	}
	return nil
}

// embed answers an embedding model.
func (x *exchange) embed(emb embedder, model string, body []byte) {
	if f := checkModelID(model); f != nil {
		x.fail(f)
		return
	}
	out, tokens, failure := emb.embed(body, x.random)
	if failure != nil {
		x.fail(failure)
		return
	}
	g, _, ok := x.pass(&Request{
		Operation: InvokeModel, ModelID: model, Body: body, inputTokens: tokens,
		InferenceConfig: Inference{MaxTokens: new(0)}, // there is no output to reserve
	})
	if !ok {
		return
	}
	r := &Reply{Usage: &Usage{Input: tokens}}
	defer g.settle(r.Usage)
	r.waits = x.e.latency.plan(r, r.countDeltas, x.random)
	if !x.wait(total(r.waits)) {
		return
	}
	x.e.note(x.call, func(c *Call) { c.Status, c.Usage = http.StatusOK, *r.Usage })
	invoked{}.header(x.w.Header(), r, false)
	x.send(out)
}

// The limits of an embedding request, from the models' pages.
const (
	maxTitanTokens = 8192
	maxCohereTexts = 96
)

// titanEmbed is the body of Titan Text Embeddings and, for its text, of Titan
// Multimodal Embeddings.
type titanEmbed struct{ size int }

func titanSize(model string) int {
	if strings.Contains(model, "embed-text-v2") || strings.Contains(model, "embed-image") {
		return 1024
	}
	return 1536
}

func (t titanEmbed) embed(body []byte, _ source) ([]byte, int, *Failure) {
	var in struct {
		InputText  *string  `json:"inputText"`
		Dimensions *int     `json:"dimensions"`
		Normalize  *bool    `json:"normalize"`
		Types      []string `json:"embeddingTypes"`
	}
	if f := decodeStrict(body, &in); f != nil {
		return nil, 0, f
	}
	size := t.size
	if in.Dimensions != nil {
		if size = *in.Dimensions; t.size != 1024 || size != 256 && size != 384 && size != 512 && size != 1024 {
			return nil, 0, malformed("#/dimensions: %d is not a valid enum value", size)
		}
	}
	tokens := 0
	switch {
	case in.InputText == nil:
		return nil, 0, malformed("#: required key [inputText] not found")
	case *in.InputText == "":
		return nil, 0, malformed("expected minLength: 1, actual: 0")
	default:
		if tokens = EstimateTokens(*in.InputText); tokens > maxTitanTokens {
			return nil, 0, invalid("400 Bad Request: Too many input tokens. Max input tokens: %d, request input token count: %d ", maxTitanTokens, tokens)
		}
	}
	v := embed(*in.InputText, size)
	out := []byte(`{"embedding":`)
	out = appendVector(out, v)
	if in.Types != nil {
		var f *Failure
		if out, f = appendTypes(append(out, `,"embeddingsByType":{`...), in.Types, [][]float64{v}, false); f != nil {
			return nil, 0, f
		}
		out = append(out, '}')
	}
	return append(out, fmt.Sprintf(`,"inputTextTokenCount":%d}`, tokens)...), tokens, nil
}

// cohereEmbed is the body of Cohere Embed v3 and v4.
type cohereEmbed struct{ size int }

func cohereSize(model string) int {
	if strings.Contains(model, "embed-v4") {
		return 1536
	}
	return 1024
}

func (c cohereEmbed) embed(body []byte, id source) ([]byte, int, *Failure) {
	var in struct {
		Texts     []string        `json:"texts"`
		InputType string          `json:"input_type"`
		Truncate  string          `json:"truncate"`
		Types     []string        `json:"embedding_types"`
		Dimension *int            `json:"output_dimension"`
		MaxTokens *int            `json:"max_tokens"`
		Images    json.RawMessage `json:"images"`
		Inputs    json.RawMessage `json:"inputs"`
	}
	if f := decodeStrict(body, &in); f != nil {
		return nil, 0, f
	}
	switch {
	case in.Texts == nil:
		return nil, 0, malformed("#: required key [texts] not found")
	case in.InputType == "":
		return nil, 0, malformed("#: required key [input_type] not found")
	case len(in.Texts) == 0:
		return nil, 0, malformed("#/texts: expected minimum item count: 1, found: 0")
	case len(in.Texts) > maxCohereTexts:
		return nil, 0, malformed("#/texts: expected maximum item count: %d, found: %d", maxCohereTexts, len(in.Texts))
	}
	switch in.InputType {
	case "search_document", "search_query", "classification", "clustering", "image":
	default:
		return nil, 0, malformed("#/input_type: %s is not a valid enum value", in.InputType)
	}
	size := c.size
	if in.Dimension != nil {
		size = min(max(*in.Dimension, 1), c.size)
	}
	return c.answer(in.Texts, in.Types, size, id)
}

func (c cohereEmbed) answer(texts, types []string, size int, id source) ([]byte, int, *Failure) {
	tokens := 0
	vectors := make([][]float64, len(texts))
	for i, t := range texts {
		tokens += EstimateTokens(t)
		vectors[i] = embed(t, size)
	}
	out, kind := []byte(`{"embeddings":`), "embeddings_floats"
	if types == nil {
		out = appendVectors(out, vectors)
	} else {
		var f *Failure
		if out, f = appendTypes(append(out, '{'), types, vectors, true); f != nil {
			return nil, 0, f
		}
		out, kind = append(out, '}'), "embeddings_by_type"
	}
	quoted, err := marshal(lowered(texts))
	if err != nil {
		return nil, 0, invalid("Malformed input request, please reformat your input and try again.")
	}
	return append(out, fmt.Sprintf(`,"id":"%s","response_type":"%s","texts":%s}`, id.requestID(), kind, quoted)...), tokens, nil
}

// lowered: Cohere answers the texts in small letters, as recorded.
func lowered(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = strings.ToLower(t)
	}
	return out
}
