package emulator

import (
	"fmt"
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
	for i := range r.Messages {
		if f := seen.add(&r.Messages[i], i); f != nil {
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

func (s *media) add(m *Message, i int) *Failure {
	text, document := false, false
	for j, b := range m.Content {
		at := fmt.Sprintf("messages.%d.content.%d", i, j)
		text, document = text || b.Text != nil, document || b.Document != nil
		if f := s.block(&b, at); f != nil {
			return f
		}
		if b.ToolResult == nil {
			continue
		}
		for k, part := range b.ToolResult.Content {
			if f := s.block(&part, fmt.Sprintf("%s.toolResult.content.%d", at, k)); f != nil {
				return f
			}
		}
	}
	if document && !text {
		return invalid("A text block must be included when using documents.")
	}
	return nil
}

func (s *media) block(b *Block, at string) *Failure {
	switch {
	case b.Image != nil:
		s.images++
		if len(b.Image.Source.Bytes) > maxImageBytes {
			return invalid("The image at %s exceeds the maximum size of 3.75 MB.", at)
		}
		return b.Image.Source.check("ImageSource", at+".image.source", false)
	case b.Document != nil:
		return s.document(b.Document, at)
	}
	return nil
}

// check: text and chunks as a source are taken only where citations are on.
func (s *Source) check(kind, at string, cited bool) *Failure {
	if s.Bytes != nil || s.S3 != nil || cited && (s.Text != nil || s.Content != nil) {
		return nil
	}
	return invalid("%s object at %s must set one of the following keys: bytes, s3Location.", kind, at)
}

func (s *media) document(d *Document, at string) *Failure {
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
		return invalid("The document at %s exceeds the maximum size of 4.5 MB.", at)
	}
	return d.Source.check("DocumentSource", at+".document.source", d.Citations != nil && d.Citations.Enabled)
}
