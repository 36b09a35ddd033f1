package emulator

import (
	"regexp"
	"strings"
)

// The limits of one request, from the API page of ContentBlock.
const (
	maxDocuments     = 5
	maxDocumentBytes = 4_500_000
	maxImages        = 20
	maxImageBytes    = 3_750_000
)

// documentName allows the underscore too, which Bedrock accepts although its
// message does not name it.
var documentName = regexp.MustCompile(`^[a-zA-Z0-9_ ()\[\]-]+$`)

// checkDocuments: how many, how large, how they are called.
func checkDocuments(r *Request) *Failure {
	var seen media
	for i, m := range r.Messages {
		if f := seen.add(m.Content, i); f != nil {
			return f
		}
	}
	switch {
	case seen.documents > maxDocuments:
		return invalid("You can't include more than %d documents in a request.", maxDocuments)
	case seen.images > maxImages:
		return invalid("You can't include more than %d images in a request.", maxImages)
	}
	return nil
}

type media struct {
	documents, images int
	names             map[string]bool
}

func (s *media) add(blocks []Block, i int) *Failure {
	for j, b := range blocks {
		var f *Failure
		switch {
		case b.Image != nil:
			s.images++
			if len(b.Image.Source.Bytes) > maxImageBytes {
				f = invalid("The image at messages.%d.content.%d exceeds the maximum size of 3.75 MB.", i, j)
			}
		case b.Document != nil:
			f = s.document(b.Document, i, j)
		case b.ToolResult != nil:
			f = s.add(b.ToolResult.Content, i)
		}
		if f != nil {
			return f
		}
	}
	return nil
}

func (s *media) document(d *Document, i, j int) *Failure {
	s.documents++
	if !documentName.MatchString(d.Name) || strings.Contains(d.Name, "  ") {
		return invalid("The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character. Check that the file name conforms to these restrictions and retry your request.")
	}
	if s.names[d.Name] {
		return invalid("Messages can't contain duplicate document names. Rename the document and retry your request.")
	}
	if s.names == nil {
		s.names = make(map[string]bool)
	}
	s.names[d.Name] = true
	if len(d.Source.Bytes) > maxDocumentBytes {
		return invalid("The document at messages.%d.content.%d exceeds the maximum size of 4.5 MB.", i, j)
	}
	return nil
}
