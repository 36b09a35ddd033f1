package bedrock

import (
	"slices"
	"strings"
)

// formatTable maps MIME types to Bedrock's format words. A format's first row
// is the type it comes back as.
type formatTable []struct{ mime, format string }

// The formats that bedrockruntime's types.ImageFormat, VideoFormat,
// AudioFormat and DocumentFormat list, with the MIME types IANA registers for
// them and those that browsers send.
var (
	imageFormats = formatTable{
		{"image/png", "png"}, {"image/jpeg", "jpeg"}, {"image/gif", "gif"}, {"image/webp", "webp"}, {"image/jpg", "jpeg"},
	}
	guardedFormats = formatTable{{"image/png", "png"}, {"image/jpeg", "jpeg"}, {"image/jpg", "jpeg"}}
	videoFormats   = formatTable{
		{"video/mp4", "mp4"},
		{"video/quicktime", "mov"},
		{"video/x-matroska", "mkv"},
		{"video/matroska", "mkv"},
		{"video/webm", "webm"},
		{"video/x-flv", "flv"},
		{"video/mpeg", "mpeg"},
		{"video/mpg", "mpg"},
		{"video/x-ms-wmv", "wmv"},
		{"video/3gpp", "three_gp"},
	}
	audioFormats = formatTable{
		{"audio/mpeg", "mp3"},
		{"audio/mp3", "mp3"},
		{"audio/opus", "opus"},
		{"audio/wav", "wav"},
		{"audio/x-wav", "wav"},
		{"audio/vnd.wave", "wav"},
		{"audio/aac", "aac"},
		{"audio/flac", "flac"},
		{"audio/x-flac", "flac"},
		{"audio/mp4", "mp4"},
		{"audio/ogg", "ogg"},
		{"audio/x-matroska", "mka"},
		{"audio/mka", "mka"},
		{"audio/mkv", "mkv"},
		{"audio/x-aac", "x-aac"},
		{"audio/x-m4a", "m4a"},
		{"audio/m4a", "m4a"},
		{"audio/x-mpeg", "mpeg"},
		{"audio/mpga", "mpga"},
		{"audio/pcm", "pcm"},
		{"audio/l16", "pcm"},
		{"audio/webm", "webm"},
	}
	documentFormats = formatTable{
		{"text/plain", "txt"},
		{"application/pdf", "pdf"},
		{"text/csv", "csv"},
		{"text/html", "html"},
		{"text/markdown", "md"},
		{"application/msword", "doc"},
		{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
		{"application/vnd.ms-excel", "xls"},
		{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
		{"application/x-pdf", "pdf"},
		{"text/x-markdown", "md"},
		{"application/csv", "csv"},
		{"", "txt"},
	}
)

// format returns Bedrock's word for a MIME type; parameters are ignored, as
// in text/html; charset=utf-8.
func (t formatTable) format(mime string) (string, bool) {
	mime, _, _ = strings.Cut(mime, ";")
	mime = strings.ToLower(strings.TrimSpace(mime))
	for _, row := range t {
		if row.mime == mime {
			return row.format, true
		}
	}
	return "", false
}

// mime returns the MIME type of Bedrock's word, "" for one it does not know.
func (t formatTable) mime(format string) string {
	for _, row := range t {
		if row.format == format {
			return row.mime
		}
	}
	return ""
}

// String lists Bedrock's words, for errors.
func (t formatTable) String() string {
	var words []string
	for _, row := range t {
		if !slices.Contains(words, row.format) {
			words = append(words, row.format)
		}
	}
	return strings.Join(words, ", ")
}
