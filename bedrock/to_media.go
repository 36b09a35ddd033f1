package bedrock

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

func imageBlock(p message.Image) (types.ImageBlock, error) {
	b := types.ImageBlock{}
	format, ok := imageFormats.format(p.MIMEType)
	if !ok {
		return b, fmt.Errorf("an image of type %q: Converse takes %s", p.MIMEType, imageFormats)
	}
	b.Format = types.ImageFormat(format)
	if p.Source != "" {
		b.Source = &types.ImageSourceMemberS3Location{Value: s3Location(p.Source, p.BucketOwner)}
		return b, sourceFault("image", p.Source, p.Data)
	}
	b.Source = &types.ImageSourceMemberBytes{Value: p.Data}
	return b, sourceFault("image", p.Source, p.Data)
}

func videoBlock(p message.Video) (types.VideoBlock, error) {
	b := types.VideoBlock{}
	format, ok := videoFormats.format(p.MIMEType)
	if !ok {
		return b, fmt.Errorf("a video of type %q: Converse takes %s", p.MIMEType, videoFormats)
	}
	b.Format = types.VideoFormat(format)
	if p.Source != "" {
		b.Source = &types.VideoSourceMemberS3Location{Value: s3Location(p.Source, p.BucketOwner)}
		return b, sourceFault("video", p.Source, p.Data)
	}
	b.Source = &types.VideoSourceMemberBytes{Value: p.Data}
	return b, sourceFault("video", p.Source, p.Data)
}

func audioBlock(p message.Audio) (types.AudioBlock, error) {
	b := types.AudioBlock{}
	format, ok := audioFormats.format(p.MIMEType)
	if !ok {
		return b, fmt.Errorf("audio of type %q: Converse takes %s", p.MIMEType, audioFormats)
	}
	b.Format = types.AudioFormat(format)
	if p.Source != "" {
		b.Source = &types.AudioSourceMemberS3Location{Value: s3Location(p.Source, p.BucketOwner)}
		return b, sourceFault("audio", p.Source, p.Data)
	}
	b.Source = &types.AudioSourceMemberBytes{Value: p.Data}
	return b, sourceFault("audio", p.Source, p.Data)
}

func s3Location(uri, owner string) types.S3Location {
	l := types.S3Location{Uri: &uri}
	if owner != "" {
		l.BucketOwner = &owner
	}
	return l
}

// sourceFault tells what is wrong with where a medium's content is.
func sourceFault(what, uri string, data []byte) error {
	switch {
	case uri == "" && len(data) == 0:
		return fmt.Errorf("%s with neither Data nor Source", what)
	case uri != "" && len(data) != 0:
		return fmt.Errorf("%s with both Data and Source: Converse takes one", what)
	case uri != "" && !strings.HasPrefix(uri, "s3://"):
		return fmt.Errorf("%s with Source %q: Converse reads s3:// only; anything else goes in as Data", what, uri)
	}
	return nil
}

// binaryPart returns langchaingo's binary part as the part of ours that its
// type calls for.
func binaryPart(p llms.BinaryContent) llms.ContentPart {
	switch kind, _, _ := strings.Cut(p.MIMEType, "/"); kind {
	case "image":
		return message.Image{MIMEType: p.MIMEType, Data: p.Data}
	case "video":
		return message.Video{MIMEType: p.MIMEType, Data: p.Data}
	case "audio":
		return message.Audio{MIMEType: p.MIMEType, Data: p.Data}
	}
	return message.Document{MIMEType: p.MIMEType, Data: p.Data}
}

// imageOfURL returns langchaingo's image address as a part of ours: a data URL
// by its content, an s3:// one by its suffix. Converse fetches nothing else.
func imageOfURL(url string) (message.Image, error) {
	if rest, ok := strings.CutPrefix(url, "data:"); ok {
		head, body, ok := strings.Cut(rest, ",")
		mime, isBase64 := strings.CutSuffix(head, ";base64")
		if !ok || !isBase64 {
			return message.Image{}, fmt.Errorf("an image's data URL that is not base64")
		}
		data, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return message.Image{}, fmt.Errorf("an image's data URL: %w", err)
		}
		return message.Image{MIMEType: mime, Data: data}, nil
	}
	if strings.HasPrefix(url, "s3://") {
		suffix := url[strings.LastIndexByte(url, '.')+1:]
		return message.Image{MIMEType: imageFormats.mime(strings.Replace(suffix, "jpg", "jpeg", 1)), Source: url}, nil
	}
	return message.Image{}, fmt.Errorf("an image address that is neither data: nor s3://: Converse fetches none, so fetch it and send its bytes")
}
