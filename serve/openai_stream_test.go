package serve_test

import (
	"bufio"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/causeway-go/causeway/chain"
	"github.com/causeway-go/causeway/serve"
)

// waiting is a chain that says a word, waits and then says how it ended.
func waiting(t *testing.T, name string, word string, wait func(context.Context) (string, error)) *chain.Chain {
	t.Helper()
	return made(t, name, func(ctx context.Context, _ in) (string, error) {
		if word != "" {
			chain.Emit(ctx, chain.Event{Kind: chain.Token, Text: word})
		}
		return wait(ctx)
	})
}

// A client that goes away cancels the run, and its place is free.
func TestGoneChatCancels(t *testing.T) {
	cancelled := make(chan error, 1)
	c := waiting(t, "waits", "one", func(ctx context.Context) (string, error) {
		<-ctx.Done()
		cancelled <- ctx.Err()
		return "", ctx.Err()
	})
	url, _ := serving(t, &serve.Options{ResumeWindow: time.Hour}, c)
	ctx, cancel := context.WithCancel(t.Context())
	resp := stream(t, ctx, url+"/v1/chat/completions", user("waits", "hi", `,"stream":true`))
	parseSSE(t, resp.Body, 2)
	cancel()
	resp.Body.Close()
	if err := <-cancelled; !errors.Is(err, context.Canceled) {
		t.Errorf("the step was ended with %v", err)
	}
}

// What goes wrong behind the first words ends the stream in OpenAI's way.
func TestChatThatBreaks(t *testing.T) {
	c := waiting(t, "breaks", "one", func(context.Context) (string, error) { return "", errors.New("the secret is 42") })
	url, _ := serving(t, nil, c)
	got := streamChat(t, url, user("breaks", "hi", `,"stream":true`))
	if got.text != "one" || got.done || got.failed["code"] != "run-failed" || got.failed["type"] != "server_error" {
		t.Errorf("%+v", got)
	}
	if message, _ := got.failed["message"].(string); message == "" || strings.Contains(message, "secret") {
		t.Errorf("the error says %q", message)
	}
}

// A step that says something and comes to something else: the reply is what it
// comes to, in a stream at its end.
func TestChatEndsWithTheReply(t *testing.T) {
	c := waiting(t, "thinks", "hmm", func(context.Context) (string, error) { return "Yes.", nil })
	url, _ := serving(t, nil, c)
	if got := streamChat(t, url, user("thinks", "hi", `,"stream":true`)); got.text != "hmm\n\nYes." || got.reason != "stop" {
		t.Errorf("%+v", got)
	}
	if text, _ := chatOf(t, url, user("thinks", "hi")); text != "Yes." {
		t.Errorf("%q", text)
	}
}

// Silence is broken, also before the first word.
func TestChatHeartbeat(t *testing.T) {
	hold := make(chan struct{})
	c := waiting(t, "silent", "", func(ctx context.Context) (string, error) {
		select {
		case <-hold:
			return "done", nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	})
	url, _ := serving(t, &serve.Options{Heartbeat: 10 * time.Millisecond}, c)
	resp := stream(t, t.Context(), url+"/v1/chat/completions", user("silent", "hi", `,"stream":true`))
	defer resp.Body.Close()
	lines := bufio.NewReader(resp.Body)
	for beats := 0; beats < 3; {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, ":") {
			beats++
		}
	}
	close(hold)
	all := parseSSE(t, lines, 0)
	if len(all) < 3 || !strings.Contains(all[len(all)-3].data, `"done"`) || all[len(all)-1].data != "[DONE]" {
		t.Errorf("%+v", all)
	}
}

// Who has heard the end may ask again at once.
func TestChatHoldsNoPlaceWhenItEnds(t *testing.T) {
	url, _ := serving(t, &serve.Options{MaxRuns: 1}, chains(t, nil)[0])
	for range 20 {
		if got := streamChat(t, url, user("echo", "hi", `,"stream":true`)); got.text != "HI" {
			t.Fatalf("%+v", got)
		}
	}
}
