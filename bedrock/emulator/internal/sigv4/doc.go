// Package sigv4 checks AWS Signature Version 4 as a service does, for header
// signatures of services that escape their path twice, which is all but S3.
//
//	err := sigv4.Verify(r, body, "bedrock", secretOf, time.Now())
//	if e, ok := errors.AsType[*sigv4.Error](err); ok {
//		refuse(http.StatusForbidden, e.Code, e.Message)
//	}
package sigv4
