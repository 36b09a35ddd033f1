package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Error is a refused signature, with the code and words of the service.
type Error struct{ Code, Message string }

// Error names both.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

const (
	algorithm  = "AWS4-HMAC-SHA256"
	timeFormat = "20060102T150405Z"
	// maxSkew is how far the clocks may be apart; the refusal names it.
	maxSkew = 5 * time.Minute
)

// Verify checks the Authorization header of r, whose body was read before.
// secret finds the secret key of an access key id.
func Verify(r *http.Request, body []byte, service string, secret func(id string) (string, bool), now time.Time) error {
	auth, err := parse(r.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	key, ok := secret(auth.id)
	switch {
	case !ok:
		return &Error{"UnrecognizedClientException", "The security token included in the request is invalid."}
	case auth.service != service:
		return &Error{"InvalidSignatureException", "Credential should be scoped to correct service: '" + service + "'."}
	case !slices.Contains(auth.signed, "host") && !slices.Contains(auth.signed, ":authority"):
		return &Error{"InvalidSignatureException", "'Host' must be a 'SignedHeader' in the AWS Authorization."}
	}
	date := r.Header.Get("X-Amz-Date")
	at, err := time.Parse(timeFormat, date)
	if err != nil || !strings.HasPrefix(date, auth.date) {
		return &Error{"IncompleteSignatureException", "Date in Credential scope does not match the X-Amz-Date of the request."}
	}
	if err := fresh(at, now); err != nil {
		return err
	}
	if !hmac.Equal([]byte(auth.signature), []byte(sign(r, body, auth, date, key))) {
		return &Error{"InvalidSignatureException", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
	}
	return nil
}

func fresh(at, now time.Time) error {
	now = now.UTC()
	f := func(t time.Time) string { return t.Format(timeFormat) }
	switch {
	case at.Before(now.Add(-maxSkew)):
		return &Error{"InvalidSignatureException", "Signature expired: " + f(at) + " is now earlier than " + f(now.Add(-maxSkew)) + " (" + f(now) + " - 5 min.)"}
	case at.After(now.Add(maxSkew)):
		return &Error{"InvalidSignatureException", "Signature not yet current: " + f(at) + " is still later than " + f(now.Add(maxSkew)) + " (" + f(now) + " + 5 min.)"}
	}
	return nil
}

// authorization is the header taken apart.
type authorization struct {
	id, date, region, service string
	signed                    []string
	signature                 string
}

func parse(header string) (authorization, error) {
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return authorization{}, &Error{"MissingAuthenticationTokenException", "Missing Authentication Token"}
	}
	var a authorization
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			scope := strings.Split(value, "/")
			if len(scope) != 5 || scope[4] != "aws4_request" {
				return a, incomplete("Credential")
			}
			a.id, a.date, a.region, a.service = scope[0], scope[1], scope[2], scope[3]
		case "SignedHeaders":
			a.signed = strings.Split(value, ";")
		case "Signature":
			a.signature = value
		}
	}
	switch {
	case a.id == "":
		return a, incomplete("Credential")
	case a.signed == nil:
		return a, incomplete("SignedHeaders")
	case a.signature == "":
		return a, incomplete("Signature")
	}
	return a, nil
}

func incomplete(name string) error {
	return &Error{"IncompleteSignatureException", "Authorization header requires '" + name + "' parameter."}
}

// sign computes what the signature should be: the four steps of the signing
// documentation.
func sign(r *http.Request, body []byte, a authorization, date, secret string) string {
	canonical := canonicalRequest(r, body, a.signed)
	scope := a.date + "/" + a.region + "/" + a.service + "/aws4_request"
	toSign := algorithm + "\n" + date + "\n" + scope + "\n" + hash([]byte(canonical))
	key := []byte("AWS4" + secret)
	for _, part := range []string{a.date, a.region, a.service, "aws4_request", toSign} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	return hex.EncodeToString(key)
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
