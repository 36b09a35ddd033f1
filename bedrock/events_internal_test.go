package bedrock

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/schemas"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/eventstream"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/restjson1"
)

// decodeAll reads a stream to its end, and returns what ended it.
func decodeAll(p smithyhttp.ClientProtocol, schema *smithy.Schema, body []byte) (all []smithy.Deserializable, end error) {
	r := bytes.NewReader(body)
	for {
		event, err := p.DeserializeEventMessage(schema, bedrockruntime.TypeRegistry, r)
		if err != nil {
			return all, err
		}
		all = append(all, event)
	}
}

// sameEvents decodes a stream with the SDK's decoder and ours, and returns how
// many events there were.
func sameEvents(t *testing.T, schema *smithy.Schema, body []byte) int {
	t.Helper()
	want, wantEnd := decodeAll(restjson1.New(nil), schema, body)
	got, gotEnd := decodeAll(withFastProtocol(restjson1.New(nil)), schema, body)
	if len(want) != len(got) {
		t.Fatalf("%d events, the SDK reads %d (%v, the SDK %v)", len(got), len(want), gotEnd, wantEnd)
	}
	for i := range want {
		if !reflect.DeepEqual(want[i], got[i]) {
			t.Errorf("event %d: %#v, the SDK reads %#v", i, got[i], want[i])
		}
	}
	if wantEnd.Error() != gotEnd.Error() || reflect.TypeOf(wantEnd) != reflect.TypeOf(gotEnd) {
		t.Errorf("it ends with %v, the SDK with %v", gotEnd, wantEnd)
	}
	return len(want)
}

// TestFastEventsOnRecordings: on every recorded stream the fast decoder and the
// SDK's agree, whole and cut short.
func TestFastEventsOnRecordings(t *testing.T) {
	dir := os.Getenv("CAUSEWAY_RECORDINGS")
	if dir == "" {
		t.Skip("CAUSEWAY_RECORDINGS is not set")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	streams, events := 0, 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var rec struct {
			Operation string
			Status    int
			Body      string `json:"response_body_b64"`
		}
		if err := json.Unmarshal(b, &rec); err != nil {
			t.Fatal(err)
		}
		schema := map[string]*smithy.Schema{
			"ConverseStream": schemas.ConverseStreamOutput, "InvokeModelWithResponseStream": schemas.ResponseStream,
		}[rec.Operation]
		if schema == nil || rec.Status != 200 || rec.Body == "" {
			continue
		}
		body, err := base64.StdEncoding.DecodeString(rec.Body)
		if err != nil {
			t.Fatal(err)
		}
		streams++
		events += sameEvents(t, schema, body)
		for _, cut := range []int{1, len(body) / 3, len(body) - 1} {
			sameEvents(t, schema, body[:cut])
		}
	}
	t.Logf("%d streams, %d events", streams, events)
}

func encodeFrame(t testing.TB, eventType string, payload []byte) []byte {
	t.Helper()
	var msg eventstream.Message
	msg.Headers.Set(":event-type", eventstream.StringValue(eventType))
	msg.Headers.Set(":content-type", eventstream.StringValue("application/json"))
	msg.Headers.Set(":message-type", eventstream.StringValue("event"))
	msg.Payload = payload
	var buf bytes.Buffer
	if err := eventstream.NewEncoder().Encode(&buf, msg); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// FuzzFastDelta: whatever a delta's payload holds, both decoders read the same.
func FuzzFastDelta(f *testing.F) {
	for _, s := range []string{
		`{"contentBlockIndex":0,"delta":{"text":"Okay"},"p":"abc"}`,
		`{"delta":{"text":"a\n\"b\u00e9\ud83d\ude00\\"},"contentBlockIndex":12}`,
		`{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"a\":"}}}`,
		`{"contentBlockIndex":1,"delta":{"reasoningContent":{"text":"hm"}}}`,
		`{"contentBlockIndex":1,"delta":{"reasoningContent":{"signature":"s"}}}`,
		`{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"AQID"}}}`,
		`{"contentBlockIndex":1,"delta":{"citation":{"title":"t"}}}`,
		`{"contentBlockIndex":1,"delta":{"brandNew":{}}}`,
		`{"contentBlockIndex":1,"delta":{"text":"a","text":"b"}}`,
		`{"contentBlockIndex":1,"delta":{"text":null}}`, `{"contentBlockIndex":01,"delta":{"text":"a"}}`,
		`{"contentBlockIndex":1e1,"delta":{"text":"a"}}`, `{"contentBlockIndex":99999999999,"delta":{"text":"a"}}`,
		`{"contentBlockIndex":-1,"delta":{"text":"a"}}`, `{"contentBlockIndex":null,"delta":{"text":"a"}}`,
		`{ "contentBlockIndex" : 1 , "delta" : { "text" : "a" } }`, `{"delta":{"text":"a"}}`, `{"contentBlockIndex":1}`,
		`{"contentBlockIndex":1,"delta":{}}`, `{"contentBlockIndex":1,"delta":{"text":"a"},"delta":{"text":"b"}}`,
		`{"contentBlockIndex":1,"delta":{"text":"a"},"new":{"x":[1]}}`, `{"contentBlockIndex":1,"delta":{"text":"a"}}}`,
		`{"contentBlockIndex":1,"delta":{"text":"a"}`, `{"contentBlockIndex":1,"delta":{"text":"\x"}}`, "", "{}", "null", "[]",
		"{\"contentBlockIndex\":1,\"delta\":{\"text\":\"\xff\"}}", "{\"contentBlockIndex\":1,\"delta\":{\"text\":\"\t\"}}",
		`{"contentBlockIndex":1,"delta":{"text":"a"},"p":5}`, `{"contentBlockIndex":1,"delta":{"text":"a"},"p":"\q"}`,
		`{"contentBlockIndex":1,"\u0064elta":{"text":"a"}}`, `{"contentBlockIndex":1,"delta":{"text":"\ud800"}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		sameEvents(t, schemas.ConverseStreamOutput, encodeFrame(t, "contentBlockDelta", payload))
	})
}

// FuzzFastFrames: whatever comes over the wire, both decoders read the same.
func FuzzFastFrames(f *testing.F) {
	whole := encodeFrame(f, "contentBlockDelta", []byte(`{"contentBlockIndex":0,"delta":{"text":"Okay"},"p":"abc"}`))
	f.Add(whole)
	f.Add(append(whole, whole...))
	f.Add(whole[:20])
	for _, i := range []int{0, 3, 5, 9, 13, 30, len(whole) - 2} {
		broken := bytes.Clone(whole)
		broken[i] ^= 0x41
		f.Add(broken)
	}
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		sameEvents(t, schemas.ConverseStreamOutput, body)
	})
}

// The fast path is taken: it is of no use otherwise.
func TestFastEventsAllocations(t *testing.T) {
	frame := encodeFrame(t, "contentBlockDelta", []byte(`{"contentBlockIndex":0,"delta":{"text":"Okay"},"p":"abcdefghij"}`))
	p := withFastProtocol(restjson1.New(nil))
	r := bytes.NewReader(frame)
	allocs := testing.AllocsPerRun(200, func() {
		r.Reset(frame)
		event, err := p.DeserializeEventMessage(schemas.ConverseStreamOutput, bedrockruntime.TypeRegistry, r)
		if err != nil {
			t.Fatal(err)
		}
		delta, ok := event.(*types.ContentBlockDeltaEvent)
		if !ok || delta.Delta.(*types.ContentBlockDeltaMemberText).Value != "Okay" {
			t.Fatalf("%#v", event)
		}
	})
	if allocs > 3 {
		t.Errorf("%v allocations for a delta", allocs)
	}
}

// A protocol of another kind is left alone.
func TestFastEventsFallBack(t *testing.T) {
	other := otherProtocol{}
	if withFastProtocol(other) != smithyhttp.ClientProtocol(other) {
		t.Error("an unknown protocol was wrapped")
	}
}

type otherProtocol struct{ smithyhttp.ClientProtocol }
