package templates

import (
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// MaxMedia bounds one media value, in bytes.
const MaxMedia = 32 << 20

// blob is what a media variable's value holds, whatever form it came in.
type blob struct {
	mimeType string
	data     []byte
	source   string
}

// media returns the block for the part's variable, nil if it is optional and
// was not given.
func (p *part) media(prompt string, vars map[string]any, declared string) (llms.ContentPart, error) {
	value, given := vars[p.variable]
	if !given || value == nil {
		return nil, nil
	}
	wrong := func(detail string) error {
		return &VariableError{Prompt: prompt, Variable: p.variable, Err: ErrWrongType, Detail: detail}
	}
	if block, ok := p.ready(value); ok {
		return block, nil
	}
	b, err := toBlob(value)
	if err != nil {
		return nil, wrong(err.Error())
	}
	if b.mimeType == "" {
		b.mimeType = sniff(b.data)
	}
	if b.mimeType == "" && !strings.HasSuffix(declared, "/*") {
		b.mimeType = declared
	}
	if b.mimeType == "" {
		return nil, wrong("its media type cannot be told; give a data: URL, or a message part that names it")
	}
	if kind, _, _ := strings.Cut(declared, "/*"); b.mimeType != declared && !strings.HasPrefix(b.mimeType, kind) {
		return nil, wrong("want " + declared + ", got " + b.mimeType)
	}
	return p.block(b), nil
}

// ready passes through a value that is a block of the right kind already.
func (p *part) ready(value any) (llms.ContentPart, bool) {
	switch v := value.(type) {
	case message.Image:
		return v, p.kind == partImage
	case message.Video:
		return v, p.kind == partVideo
	case message.Audio:
		return v, p.kind == partAudio
	case message.Document:
		if v.Name == "" {
			v.Name = p.documentName()
		}
		return v, p.kind == partDocument
	}
	return nil, false
}

func (p *part) block(b blob) llms.ContentPart {
	switch p.kind {
	case partImage:
		return message.Image{MIMEType: b.mimeType, Data: b.data, Source: b.source}
	case partVideo:
		return message.Video{MIMEType: b.mimeType, Data: b.data, Source: b.source}
	case partAudio:
		return message.Audio{MIMEType: b.mimeType, Data: b.data, Source: b.source}
	}
	return message.Document{
		Name: p.documentName(), MIMEType: b.mimeType, Data: b.data, Source: b.source,
		Context: p.context, Citations: p.citations,
	}
}

// documentName is the name the model is shown: the file's, or the variable's
// in characters Bedrock takes.
func (p *part) documentName() string {
	if p.name != "" {
		return p.name
	}
	return strings.ReplaceAll(p.variable, "_", " ")
}

func toBlob(value any) (blob, error) {
	switch v := value.(type) {
	case []byte:
		if len(v) == 0 || len(v) > MaxMedia {
			return blob{}, fmt.Errorf("it has %d bytes; the limit is %d", len(v), MaxMedia)
		}
		return blob{data: v}, nil
	case llms.BinaryContent:
		return blob{mimeType: v.MIMEType, data: v.Data}, nil
	case string:
		if strings.HasPrefix(v, "s3://") {
			return blob{source: v, mimeType: byExtension(v)}, nil
		}
		return fromDataURL(v)
	}
	return blob{}, fmt.Errorf("it is a %T; give bytes, a message part, a data: URL or an s3:// address", value)
}

// fromDataURL reads data:image/png;base64,…
func fromDataURL(s string) (blob, error) {
	rest, ok := strings.CutPrefix(s, "data:")
	head, body, found := strings.Cut(rest, ",")
	kind, encoded := strings.CutSuffix(head, ";base64")
	if !ok || !found || !encoded {
		return blob{}, errors.New("as text it must be a data: URL with ;base64, or an s3:// address")
	}
	if len(body) > MaxMedia/3*4+4 {
		return blob{}, fmt.Errorf("it is larger than %d bytes", MaxMedia)
	}
	mimeType, _, err := mime.ParseMediaType(kind)
	if err != nil && kind != "" {
		return blob{}, errors.New("its data: URL names no media type")
	}
	data, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return blob{}, errors.New("its data: URL is not valid base64")
	}
	return blob{mimeType: mimeType, data: data}, nil
}

// signatures are the first bytes of the formats Bedrock reads.
var signatures = []struct{ begin, mimeType string }{
	{"\x89PNG\r\n\x1a\n", "image/png"},
	{"\xff\xd8\xff", "image/jpeg"},
	{"GIF8", "image/gif"},
	{"%PDF-", "application/pdf"},
}

func sniff(data []byte) string {
	head := string(data[:min(len(data), 16)])
	for _, s := range signatures {
		if strings.HasPrefix(head, s.begin) {
			return s.mimeType
		}
	}
	if strings.HasPrefix(head, "RIFF") && len(head) >= 12 && head[8:12] == "WEBP" {
		return "image/webp"
	}
	return ""
}

// extensions are the formats Bedrock reads, by their usual file names. The
// system's own table differs from machine to machine, so it is not asked.
var extensions = map[string]string{
	"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
	"pdf": "application/pdf", "csv": "text/csv", "html": "text/html", "txt": "text/plain", "md": "text/markdown",
	"doc":  "application/msword",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xls":  "application/vnd.ms-excel",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"mp4":  "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "mkv": "video/x-matroska",
	"mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg", "flac": "audio/flac",
}

func byExtension(address string) string {
	dot := strings.LastIndexByte(address, '.')
	if dot < 0 {
		return ""
	}
	return extensions[strings.ToLower(address[dot+1:])]
}
