package emulator

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/causeway-go/causeway/bedrock/emulator/internal/sigv4"
)

// Auth says who may call. Nil lets everybody in, signed or not.
type Auth struct {
	Keys   map[string]string // secret access keys by access key id; nil is AccessKeyID and SecretAccessKey
	Bearer []string          // tokens taken in place of a signature
}

// check refuses a request as the layer before Bedrock does.
func (a *Auth) check(r *http.Request, body []byte) *Failure {
	if a == nil {
		return nil
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		if slices.Contains(a.Bearer, token) {
			return nil
		}
		return &Failure{Code: "AccessDeniedException", Message: "Authentication failed: Please make sure your API Key is valid."}
	}
	err := sigv4.Verify(r, body, "bedrock", a.secret, time.Now())
	if e, ok := errors.AsType[*sigv4.Error](err); ok {
		return &Failure{Status: http.StatusForbidden, Code: e.Code, Message: e.Message}
	}
	return nil
}

func (a *Auth) secret(id string) (string, bool) {
	if a.Keys == nil {
		return SecretAccessKey, id == AccessKeyID
	}
	s, ok := a.Keys[id]
	return s, ok
}
