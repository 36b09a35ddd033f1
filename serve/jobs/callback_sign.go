package jobs

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a callback, as Standard Webhooks names them.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

// keys sign callbacks, each with a signature of its own.
type keys [][]byte

// parseSecrets reads secrets, and never repeats one in an error.
func parseSecrets(secrets []string) (keys, error) {
	if len(secrets) == 0 {
		return nil, errors.New("callbacks: there is no secret to sign with")
	}
	var all keys
	for i, s := range secrets {
		key, err := parseSecret(s)
		if err != nil {
			return nil, fmt.Errorf("callbacks: secret %d: %w", i+1, err)
		}
		all = append(all, key)
	}
	return all, nil
}

func parseSecret(s string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(s, "whsec_")
	if !ok {
		return nil, errors.New(`it does not begin with whsec_: make one with echo "whsec_$(openssl rand -base64 32)"`)
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("what follows whsec_ is not base64")
	}
	if len(key) < 24 || len(key) > 64 {
		return nil, fmt.Errorf("it has %d bytes; Standard Webhooks wants 24 to 64", len(key))
	}
	return key, nil
}

// sign sets the headers of one attempt.
func (k keys) sign(h http.Header, job string, at time.Time, body []byte) {
	// A dot in the id would let parts of the signed text change places. No job's
	// id holds a colon.
	id := strings.ReplaceAll(job, ".", ":")
	timestamp := strconv.FormatInt(at.Unix(), 10)
	var signatures []string
	for _, key := range k {
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(signature(key, id, timestamp, body)))
	}
	h.Set(headerID, id)
	h.Set(headerTimestamp, timestamp)
	h.Set(headerSignature, strings.Join(signatures, " "))
}

func signature(key []byte, id, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

// tolerance is how far the clocks of sender and receiver may differ, and how
// long a message that somebody has listened to can be sent again.
const tolerance = 5 * time.Minute

// VerifyCallback reports, for those who receive callbacks, whether one is what
// the owner of secret sent in the last five minutes. body is the request's
// body as it came; read it with a limit. The same job may be told twice: tell
// by the body's id, or by the header webhook-id.
//
//	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 2<<20))
//	if err == nil {
//		err = jobs.VerifyCallback(secret, r.Header, body)
//	}
func VerifyCallback(secret string, h http.Header, body []byte) error {
	key, err := parseSecret(secret)
	if err != nil {
		return fmt.Errorf("callback: the secret: %w", err)
	}
	id, timestamp, given := h.Get(headerID), h.Get(headerTimestamp), h.Get(headerSignature)
	if id == "" || timestamp == "" || given == "" {
		return errors.New("callback: webhook-id, webhook-timestamp or webhook-signature is missing")
	}
	if strings.Contains(id, ".") {
		return errors.New("callback: webhook-id holds a dot")
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return errors.New("callback: webhook-timestamp is no number of seconds")
	}
	if off := time.Since(time.Unix(seconds, 0)).Abs(); off > tolerance {
		return fmt.Errorf("callback: webhook-timestamp is %s off: the message is old, or a clock is wrong", off.Round(time.Second))
	}
	want := signature(key, id, timestamp, body)
	for s := range strings.SplitSeq(given, " ") {
		encoded, ok := strings.CutPrefix(s, "v1,")
		got, err := base64.StdEncoding.DecodeString(encoded)
		if ok && err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return errors.New("callback: no signature fits: another secret, or the body was changed")
}
