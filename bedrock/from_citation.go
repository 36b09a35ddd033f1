package bedrock

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

func (r *request) citedOf(b types.CitationsContentBlock) llms.ContentPart {
	var words strings.Builder
	for _, c := range b.Content {
		if t, ok := c.(*types.CitationGeneratedContentMemberText); ok {
			words.WriteString(t.Value)
		}
	}
	cited := message.Cited{Text: words.String()}
	for _, c := range b.Citations {
		cited.Citations = append(cited.Citations, r.citationOf(c))
	}
	return cited
}

func (r *request) citationOf(c types.Citation) message.Citation {
	from := message.Citation{Title: r.title(c.Title), Source: str(c.Source), Location: locationOf(c.Location)}
	for _, quote := range c.SourceContent {
		if t, ok := quote.(*types.CitationSourceContentMemberText); ok {
			from.Quotes = append(from.Quotes, t.Value)
		}
	}
	return from
}

// citationOfDelta reads a citation that came whole within a stream.
func (r *request) citationOfDelta(c types.CitationsDelta) message.Citation {
	from := message.Citation{Title: r.title(c.Title), Source: str(c.Source), Location: locationOf(c.Location)}
	for _, quote := range c.SourceContent {
		if quote.Text != nil {
			from.Quotes = append(from.Quotes, *quote.Text)
		}
	}
	return from
}

// title returns a document's name as its caller wrote it.
func (r *request) title(t *string) string { return r.conversation.documents.toCaller(str(t)) }

func locationOf(l types.CitationLocation) message.Location {
	switch l := l.(type) {
	case *types.CitationLocationMemberDocumentChar:
		return location(message.LocationChar, l.Value.DocumentIndex, l.Value.Start, l.Value.End)
	case *types.CitationLocationMemberDocumentChunk:
		return location(message.LocationChunk, l.Value.DocumentIndex, l.Value.Start, l.Value.End)
	case *types.CitationLocationMemberDocumentPage:
		return location(message.LocationPage, l.Value.DocumentIndex, l.Value.Start, l.Value.End)
	case *types.CitationLocationMemberSearchResultLocation:
		return location(message.LocationSearch, l.Value.SearchResultIndex, l.Value.Start, l.Value.End)
	case *types.CitationLocationMemberWeb:
		return message.Location{Kind: message.LocationWeb, URL: str(l.Value.Url), Domain: str(l.Value.Domain)}
	}
	return message.Location{}
}

func location(kind message.LocationKind, index, start, end *int32) message.Location {
	return message.Location{Kind: kind, Index: intOf(index), Start: intOf(start), End: intOf(end)}
}
