// Package retry makes calls to foundation models survive throttling and
// outages, without asking for more than the service will give.
//
//	model := retry.Wrap(bedrockModel, nil) // an llms.Model around an llms.Model
//	answer, err := model.GenerateContent(ctx, messages)
//	if e, ok := errors.AsType[*retry.Error](err); ok {
//		log.Printf("%s after %d attempts, %s of waiting: %v", e.Class, e.Attempts, e.Waited, e.Err)
//	}
//
// In front of each model stands a [Gate]. It learns from the service's
// refusals how many requests and tokens a minute it gives, lets calls through
// at that rate in the order in which they began, and stops asking while
// nothing works. A call is repeated for as long as its context allows when it
// was throttled or met a passing fault, and never when waiting cannot help. A
// stream is repeated only while none of it has reached the caller. A
// [Fallback] answers when the model cannot, or not in time.
//
// What went wrong is decided by behaviour ([Classify]): by the code an error
// carries, by its status, by what broke; never by a provider's types.
// Attempts, throttles, waits and failovers are told to the context's
// message.Observer as they happen; [Gate.Stats] tells what a gate has learned.
//
// [Through] puts anything else that a quota covers through a gate. [Do] is
// plain backoff with full jitter, for everything that is not a model. How it
// all works, with figures: docs/throttling.md.
package retry
