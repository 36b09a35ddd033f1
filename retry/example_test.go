package retry_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/causeway-go/causeway/message"
	"github.com/causeway-go/causeway/retry"
	"github.com/tmc/langchaingo/llms"
)

func Example() {
	// Any llms.Model will do. This one is throttled twice, then answers.
	flaky := &scripted{turns: fails(2, errThrottled)}
	model := retry.Wrap(flaky, nil)

	ctx := message.WithObserver(context.Background(), message.Observer{Notice: func(n message.Notice) {
		if n.Kind == message.NoticeThrottle {
			fmt.Println("refused:", n.Err)
		}
	}})
	resp, err := model.GenerateContent(ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "hello")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(resp.Choices[0].Content, "after", message.InfoOf(resp.Choices[0]).Attempts, "attempts")
	// Output:
	// refused: 429 ThrottlingException: Too many requests, please wait before trying again.
	// refused: 429 ThrottlingException: Too many requests, please wait before trying again.
	// ok after 3 attempts
}

func ExampleDo() {
	var calls int
	body, err := retry.Do(context.Background(), retry.Policy{MaxAttempts: 3}, func(context.Context) (string, error) {
		calls++
		if calls == 1 {
			return "", &apiError{code: "SlowDown", status: 503, message: "Please reduce your request rate."}
		}
		return "the object", nil
	})
	fmt.Println(body, err, calls)
	// Output: the object <nil> 2
}

func ExampleError() {
	m := &scripted{turns: fails(1, errInvalid)}
	_, err := retry.Wrap(m, nil).GenerateContent(context.Background(), hello)
	if e, ok := errors.AsType[*retry.Error](err); ok {
		fmt.Println(e.Class, e.Attempts)
	}
	fmt.Println(err)
	// Output:
	// fatal 1
	// 400 ValidationException: messages: roles must alternate
}
