package emulator

import (
	"slices"
	"strings"
)

// novaEmbed is the body of Nova Multimodal Embeddings, for its text.
type novaEmbed struct{}

// novaPurposes are what an embedding may be for, from the model's page.
var novaPurposes = []string{
	"GENERIC_INDEX", "GENERIC_RETRIEVAL", "TEXT_RETRIEVAL", "IMAGE_RETRIEVAL", "VIDEO_RETRIEVAL", "DOCUMENT_RETRIEVAL",
	"AUDIO_RETRIEVAL", "CLASSIFICATION", "CLUSTERING",
}

func (novaEmbed) embed(body []byte, _ source) ([]byte, int, *Failure) {
	var in struct {
		SchemaVersion string `json:"schemaVersion"`
		TaskType      string `json:"taskType"`
		Params        *struct {
			Purpose   string `json:"embeddingPurpose"`
			Dimension *int   `json:"embeddingDimension"`
			Text      *struct {
				Truncation string `json:"truncationMode"`
				Value      string `json:"value"`
			} `json:"text"`
		} `json:"singleEmbeddingParams"`
	}
	if f := decodeStrict(body, &in); f != nil {
		return nil, 0, f
	}
	switch {
	case in.TaskType != "SINGLE_EMBEDDING":
		return nil, 0, malformed("#/taskType: %s is not a valid enum value", in.TaskType)
	case in.Params == nil:
		return nil, 0, malformed("#: required key [singleEmbeddingParams] not found")
	case !slices.Contains(novaPurposes, in.Params.Purpose):
		return nil, 0, malformed("#/singleEmbeddingParams/embeddingPurpose: %s is not a valid enum value", in.Params.Purpose)
	case in.Params.Text == nil:
		return nil, 0, malformed("#/singleEmbeddingParams: required key [text] not found")
	case !slices.Contains([]string{"START", "END", "NONE"}, in.Params.Text.Truncation):
		return nil, 0, malformed("#/singleEmbeddingParams/text/truncationMode: %s is not a valid enum value", in.Params.Text.Truncation)
	case strings.TrimSpace(in.Params.Text.Value) == "":
		return nil, 0, malformed("#/singleEmbeddingParams/text/value: expected minLength: 1, actual: 0")
	}
	size := 3072
	if d := in.Params.Dimension; d != nil {
		if size = *d; !slices.Contains([]int{256, 384, 1024, 3072}, size) {
			return nil, 0, malformed("#/singleEmbeddingParams/embeddingDimension: %d is not a valid enum value", size)
		}
	}
	out := appendVector([]byte(`{"embeddings":[{"embeddingType":"TEXT","embedding":`), embed(in.Params.Text.Value, size))
	return append(out, "}]}"...), EstimateTokens(in.Params.Text.Value), nil
}
