package retry

import (
	"net/http"
	"reflect"
	"strconv"
	"time"
)

// retryAfter returns how long the service asked to be left alone, 0 when it
// did not. Bedrock sends no such header today; gateways in front of it do.
func retryAfter(err error) time.Duration {
	if r, ok := behaviour[interface{ RetryAfter() time.Duration }](err); ok {
		return max(0, r.RetryAfter())
	}
	h := headerOf(err)
	if h == nil {
		return 0
	}
	if ms, err := strconv.ParseInt(h.Get("X-Amz-Retry-After"), 10, 32); err == nil {
		return max(0, time.Duration(ms)*time.Millisecond) // the SDK reads it in milliseconds
	}
	value := h.Get("Retry-After")
	if s, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(0, time.Duration(s)*time.Second)
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// headerOf returns the header of the response that err tells of. The SDK's
// errors have HTTPResponse(), which returns a struct around *http.Response;
// its type cannot be named without importing the SDK, so it is looked into.
func headerOf(err error) http.Header {
	for ; err != nil; err = next(err) {
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range joined.Unwrap() {
				if h := headerOf(e); h != nil {
					return h
				}
			}
			return nil
		}
		m := reflect.ValueOf(err).MethodByName("HTTPResponse")
		if !m.IsValid() || m.Type().NumIn() != 0 || m.Type().NumOut() != 1 {
			continue
		}
		if h := headerIn(m.Call(nil)[0]); h != nil {
			return h
		}
	}
	return nil
}

func next(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return nil
}

// headerIn returns the header of v, an *http.Response or a pointer to a struct
// that embeds one.
func headerIn(v reflect.Value) http.Header {
	if resp, ok := v.Interface().(*http.Response); ok && resp != nil {
		return resp.Header
	}
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	f := v.Elem().FieldByName("Response")
	if !f.IsValid() || !f.CanInterface() {
		return nil
	}
	if resp, ok := f.Interface().(*http.Response); ok && resp != nil {
		return resp.Header
	}
	return nil
}
