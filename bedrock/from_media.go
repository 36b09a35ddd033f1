package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/causeway-go/causeway/message"
)

func imageOf(b types.ImageBlock) message.Image {
	p := message.Image{MIMEType: imageFormats.mime(string(b.Format))}
	switch s := b.Source.(type) {
	case *types.ImageSourceMemberBytes:
		p.Data = s.Value
	case *types.ImageSourceMemberS3Location:
		p.Source, p.BucketOwner = str(s.Value.Uri), str(s.Value.BucketOwner)
	}
	return p
}

func videoOf(b types.VideoBlock) message.Video {
	p := message.Video{MIMEType: videoFormats.mime(string(b.Format))}
	switch s := b.Source.(type) {
	case *types.VideoSourceMemberBytes:
		p.Data = s.Value
	case *types.VideoSourceMemberS3Location:
		p.Source, p.BucketOwner = str(s.Value.Uri), str(s.Value.BucketOwner)
	}
	return p
}

func audioOf(b types.AudioBlock) message.Audio {
	p := message.Audio{MIMEType: audioFormats.mime(string(b.Format))}
	switch s := b.Source.(type) {
	case *types.AudioSourceMemberBytes:
		p.Data = s.Value
	case *types.AudioSourceMemberS3Location:
		p.Source, p.BucketOwner = str(s.Value.Uri), str(s.Value.BucketOwner)
	}
	return p
}
