// Package retry makes calls to foundation models survive throttling and short
// outages, without asking for more than the service will give.
//
//	model := retry.Wrap(bedrockModel, nil) // an llms.Model around an llms.Model
//	answer, err := model.GenerateContent(ctx, messages)
//	if e, ok := errors.AsType[*retry.Error](err); ok {
//		log.Printf("%s after %d attempts, %s of waiting: %v", e.Class, e.Attempts, e.Waited, e.Err)
//	}
//
// A call is repeated for as long as its context allows when it was throttled
// or met a passing fault, and never when waiting cannot help. A stream is
// repeated only while none of it has reached the caller. What went wrong is
// decided by behaviour ([Classify]): by the code an error carries, by its
// status, by what broke; never by a provider's types.
//
// [Do] is the same idea, reduced to full-jitter backoff, for everything that
// is not a model. Attempts, throttles and waits are told to the context's
// message.Observer as they happen.
package retry
