package bedrock

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/message"
)

// citedBlock writes a piece of an earlier answer with its sources.
func (c *conversion) citedBlock(p message.Cited) (types.ContentBlock, error) {
	b := types.CitationsContentBlock{
		Content:   []types.CitationGeneratedContent{&types.CitationGeneratedContentMemberText{Value: p.Text}},
		Citations: make([]types.Citation, len(p.Citations)),
	}
	for i, from := range p.Citations {
		from.Title = c.documents.toWire(from.Title)
		sent, err := citation(from)
		if err != nil {
			return nil, err
		}
		b.Citations[i] = sent
	}
	return &types.ContentBlockMemberCitationsContent{Value: b}, nil
}

func citation(from message.Citation) (types.Citation, error) {
	c := types.Citation{}
	if from.Title != "" {
		c.Title = &from.Title
	}
	if from.Source != "" {
		c.Source = &from.Source
	}
	for _, quote := range from.Quotes {
		c.SourceContent = append(c.SourceContent, &types.CitationSourceContentMemberText{Value: quote})
	}
	location, err := citationLocation(from.Location)
	c.Location = location
	return c, err
}

func citationLocation(l message.Location) (types.CitationLocation, error) {
	index, start, end := new(int32(l.Index)), new(int32(l.Start)), new(int32(l.End))
	switch l.Kind {
	case "":
		return nil, nil
	case message.LocationChar:
		return &types.CitationLocationMemberDocumentChar{Value: types.DocumentCharLocation{DocumentIndex: index, Start: start, End: end}}, nil
	case message.LocationChunk:
		return &types.CitationLocationMemberDocumentChunk{Value: types.DocumentChunkLocation{DocumentIndex: index, Start: start, End: end}}, nil
	case message.LocationPage:
		return &types.CitationLocationMemberDocumentPage{Value: types.DocumentPageLocation{DocumentIndex: index, Start: start, End: end}}, nil
	case message.LocationSearch:
		return &types.CitationLocationMemberSearchResultLocation{Value: types.SearchResultLocation{SearchResultIndex: index, Start: start, End: end}}, nil
	case message.LocationWeb:
		w := types.WebLocation{Url: &l.URL}
		if l.Domain != "" {
			w.Domain = &l.Domain
		}
		return &types.CitationLocationMemberWeb{Value: w}, nil
	}
	return nil, fmt.Errorf("a citation located by %q", l.Kind)
}
