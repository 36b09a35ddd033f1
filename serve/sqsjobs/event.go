package sqsjobs

import (
	"encoding/json"
	"net/url"
	"strings"
)

// event says that a document was put into a bucket.
type event struct {
	bucket, key string
	version     string // of the object, where the bucket keeps versions
	occasion    string // tells this write of the key from others
	size        int64
}

// id is the same for all notices of one event, so that they make one job.
func (e event) id() string { return "s3-" + digest(e.bucket, e.key, e.version, e.occasion) }

func (e event) source() string { return "s3://" + e.bucket + "/" + e.key }

type s3Object struct {
	Key       string `json:"key"`
	Size      int64  `json:"size"`
	ETag      string `json:"eTag"`
	VersionID string `json:"versionId"`
	Sequencer string `json:"sequencer"`
}

// openRecords reads what S3 sends to queues and topics (S3 user guide, "Event
// message structure"). Keys are escaped there as in a URL's query.
func openRecords(raw json.RawMessage) (letter, error) {
	var records []struct {
		Source string `json:"eventSource"`
		Name   string `json:"eventName"`
		S3     struct {
			Bucket struct {
				Name string `json:"name"`
			} `json:"bucket"`
			Object s3Object `json:"object"`
		} `json:"s3"`
	}
	if json.Unmarshal(raw, &records) != nil {
		return letter{}, errEvents
	}
	var l letter
	for _, r := range records {
		if r.Source != "aws:s3" {
			return letter{}, errUnknown
		}
		key, err := url.QueryUnescape(r.S3.Object.Key)
		if err != nil || r.S3.Bucket.Name == "" {
			return letter{}, errEvents
		}
		r.S3.Object.Key = key
		if strings.HasPrefix(r.Name, "ObjectCreated:") {
			l.add(r.S3.Bucket.Name, r.S3.Object)
		}
	}
	return l, nil
}

// openBridged reads what S3 sends to EventBridge, where keys are not escaped.
func openBridged(body []byte) (letter, error) {
	var e struct {
		Kind   string `json:"detail-type"`
		Detail struct {
			Bucket struct {
				Name string `json:"name"`
			} `json:"bucket"`
			Object struct {
				s3Object
				ETag      string `json:"etag"`
				VersionID string `json:"version-id"`
			} `json:"object"`
		} `json:"detail"`
	}
	if json.Unmarshal(body, &e) != nil || e.Detail.Bucket.Name == "" {
		return letter{}, errEvents
	}
	var l letter
	if o := e.Detail.Object; e.Kind == "Object Created" {
		o.s3Object.ETag, o.s3Object.VersionID = o.ETag, o.VersionID
		l.add(e.Detail.Bucket.Name, o.s3Object)
	}
	return l, nil
}

func (l *letter) add(bucket string, o s3Object) {
	if !isDocument(o.Key) {
		return
	}
	e := event{bucket: bucket, key: o.Key, version: o.VersionID, occasion: o.Sequencer, size: o.Size}
	if e.version == "null" { // written before the bucket kept versions
		e.version = ""
	}
	if e.occasion == "" {
		e.occasion = o.ETag
	}
	l.events = append(l.events, e)
}
