package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/message"
)

func documentPart(b types.DocumentBlock) message.Document {
	p := message.Document{
		Name:      str(b.Name),
		MIMEType:  documentFormats.mime(string(b.Format)),
		Context:   str(b.Context),
		Citations: enabled(b.Citations),
	}
	switch s := b.Source.(type) {
	case *types.DocumentSourceMemberBytes:
		p.Data = s.Value
	case *types.DocumentSourceMemberText:
		p.Text = s.Value
	case *types.DocumentSourceMemberContent:
		for _, chunk := range s.Value {
			if t, ok := chunk.(*types.DocumentContentBlockMemberText); ok {
				p.Chunks = append(p.Chunks, t.Value)
			}
		}
	case *types.DocumentSourceMemberS3Location:
		p.Source, p.BucketOwner = str(s.Value.Uri), str(s.Value.BucketOwner)
	}
	return p
}

func searchResultOf(b types.SearchResultBlock) message.SearchResult {
	p := message.SearchResult{Source: str(b.Source), Title: str(b.Title), Citations: enabled(b.Citations)}
	for _, c := range b.Content {
		p.Content = append(p.Content, str(c.Text))
	}
	return p
}

func enabled(c *types.CitationsConfig) bool { return c != nil && c.Enabled != nil && *c.Enabled }
