package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/causeway-go/causeway/serve/problem"
)

// BearerKeys admits requests with one of keys as their bearer token. Keys are
// compared in constant time. Empty keys are left out, and without any key
// nobody is admitted: an unset variable must not open the door.
func BearerKeys(keys ...string) func(http.Handler) http.Handler {
	var sums [][32]byte
	for _, key := range keys {
		if key != "" {
			sums = append(sums, sha256.Sum256([]byte(key)))
		}
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !admits(sums, r.Header.Get("Authorization")) {
				w.Header().Set("WWW-Authenticate", `Bearer realm="causeway"`)
				problem.New(http.StatusUnauthorized, "no-key", "Send Authorization: Bearer and a key of this server.").Write(w)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// admits looks at every key whatever it finds, so that time tells nothing.
func admits(sums [][32]byte, header string) bool {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return false
	}
	given := sha256.Sum256([]byte(token))
	found := 0
	for _, sum := range sums {
		found |= subtle.ConstantTimeCompare(sum[:], given[:])
	}
	return found == 1
}
