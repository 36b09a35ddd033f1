package bedrock

import (
	"bytes"
	"encoding/binary"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/schemas"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/transport/http/protocol/restjson1"
)

// wireJSON returns one of the SDK's values in Bedrock's own JSON, with the
// names that the API reference uses; encoding/json would write Go's. The SDK
// keeps its serializer to itself, but writes the payload of any event: the
// frame around it is thrown away.
func wireJSON(v smithy.Serializable) (json.RawMessage, error) {
	var frame bytes.Buffer
	err := restjson1.New(nil).SerializeEventMessage(schemas.ConverseStreamOutput, schemas.ConverseStreamOutput_metadata, v, &frame)
	if err != nil {
		return nil, err
	}
	b := frame.Bytes()
	headersEnd := preludeLen + int(binary.BigEndian.Uint32(b[4:]))
	return b[headersEnd : len(b)-checksumLen], nil
}
