package bedrock

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/message"
)

// documentBlock writes a document. Its name must have been given by
// documentNames: Bedrock's rule for them is narrow.
func documentBlock(p message.Document, name string) (types.DocumentBlock, error) {
	b := types.DocumentBlock{Name: &name}
	format, ok := documentFormats.format(p.MIMEType)
	if !ok {
		return b, fmt.Errorf("a document of type %q: Converse takes %s", p.MIMEType, documentFormats)
	}
	b.Format = types.DocumentFormat(format)
	if p.Context != "" {
		b.Context = &p.Context
	}
	if p.Citations {
		b.Citations = &types.CitationsConfig{Enabled: &p.Citations}
	}
	source, err := documentSource(p)
	b.Source = source
	return b, err
}

// documentSource writes where a document's content is. Bedrock takes text as
// such only of documents that may be cited; else it goes as the file's bytes.
func documentSource(p message.Document) (types.DocumentSource, error) {
	var sources []types.DocumentSource
	switch {
	case p.Text != "" && p.Citations:
		sources = append(sources, &types.DocumentSourceMemberText{Value: p.Text})
	case p.Text != "":
		sources = append(sources, &types.DocumentSourceMemberBytes{Value: []byte(p.Text)})
	}
	switch {
	case len(p.Chunks) > 0 && !p.Citations:
		sources = append(sources, &types.DocumentSourceMemberBytes{Value: []byte(strings.Join(p.Chunks, "\n"))})
	case len(p.Chunks) > 0:
		chunks := make([]types.DocumentContentBlock, len(p.Chunks))
		for i, text := range p.Chunks {
			chunks[i] = &types.DocumentContentBlockMemberText{Value: text}
		}
		sources = append(sources, &types.DocumentSourceMemberContent{Value: chunks})
	}
	if len(p.Data) > 0 {
		sources = append(sources, &types.DocumentSourceMemberBytes{Value: p.Data})
	}
	if p.Source != "" {
		if err := sourceFault("document", p.Source, nil); err != nil {
			return nil, err
		}
		sources = append(sources, &types.DocumentSourceMemberS3Location{Value: s3Location(p.Source, p.BucketOwner)})
	}
	if len(sources) != 1 {
		return nil, errors.New("a document needs exactly one of Data, Text, Chunks and Source")
	}
	return sources[0], nil
}

func searchResultBlock(p message.SearchResult) types.SearchResultBlock {
	b := types.SearchResultBlock{Source: &p.Source, Title: &p.Title}
	b.Content = make([]types.SearchResultContentBlock, len(p.Content))
	for i := range p.Content {
		b.Content[i].Text = &p.Content[i]
	}
	if p.Citations {
		b.Citations = &types.CitationsConfig{Enabled: &p.Citations}
	}
	return b
}
