package emulator

import "fmt"

// block checks the members of one content block.
func (c *constraints) block(path string, b *Block) {
	switch {
	case b.ToolUse != nil:
		c.name(path+".toolUse.toolUseId", b.ToolUse.ID, false, toolID, toolIDPattern)
		c.name(path+".toolUse.name", b.ToolUse.Name, false, toolName, toolNamePattern)
	case b.ToolResult != nil:
		c.name(path+".toolResult.toolUseId", b.ToolResult.ID, false, toolID, toolIDPattern)
		if s := b.ToolResult.Status; s != "" {
			c.oneOf(path+".toolResult.status", s, "success", "error")
		}
		for i := range b.ToolResult.Content {
			c.block(fmt.Sprintf("%s.toolResult.content.%d.member", path, i+1), &b.ToolResult.Content[i])
		}
	case b.Image != nil:
		c.oneOf(path+".image.format", b.Image.Format, imageFormats...)
	case b.Video != nil:
		c.oneOf(path+".video.format", b.Video.Format, videoFormats...)
	case b.Audio != nil:
		c.oneOf(path+".audio.format", b.Audio.Format, audioFormats...)
	case b.Document != nil:
		if f := b.Document.Format; f != "" {
			c.oneOf(path+".document.format", f, documentFormats...)
		}
		if n := len(b.Document.Name); n < 1 {
			c.add(path+".document.name", nil, "have length greater than or equal to 1")
		} else if n > 200 {
			c.add(path+".document.name", nil, "have length less than or equal to 200")
		}
	case b.CachePoint != nil:
		c.oneOf(path+".cachePoint.type", b.CachePoint.Type, "default")
		if ttl := b.CachePoint.TTL; ttl != "" {
			c.oneOf(path+".cachePoint.ttl", ttl, "5m", "1h")
		}
	}
}

// The formats, from the API pages of ImageBlock, VideoBlock, AudioBlock and
// DocumentBlock.
var (
	imageFormats    = []string{"png", "jpeg", "gif", "webp"}
	videoFormats    = []string{"mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp"}
	audioFormats    = []string{"mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg", "mpga", "pcm", "webm"}
	documentFormats = []string{"pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"}
)
