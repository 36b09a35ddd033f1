package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/auth/bearer"
	"github.com/causeway-go/causeway/bedrock/emulator"
)

func listen(t *testing.T, o *emulator.Options, l *emulator.ListenOptions) *emulator.Server {
	t.Helper()
	s, err := emulator.New(o).Listen(l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestAuth(t *testing.T) {
	s := listen(t, &emulator.Options{Auth: &emulator.Auth{Bearer: []string{"good"}}}, &emulator.ListenOptions{TLS: true})
	for _, tt := range []struct {
		name   string
		change func(*bedrockruntime.Options)
		code   string // "" is let in
	}{
		{"signed", func(*bedrockruntime.Options) {}, ""},
		{"other secret", func(o *bedrockruntime.Options) { o.Credentials = static(emulator.AccessKeyID, "guess") }, "InvalidSignatureException"},
		{"other key", func(o *bedrockruntime.Options) { o.Credentials = static("AKIDOTHER", "guess") }, "UnrecognizedClientException"},
		{"token", withToken("good"), ""},
		{"other token", withToken("bad"), "AccessDeniedException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			arn := "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
			_, err := s.Client().Converse(t.Context(), &bedrockruntime.ConverseInput{ModelId: &arn, Messages: say("hi")}, tt.change)
			e, _ := errors.AsType[smithy.APIError](err)
			if tt.code == "" && err != nil || tt.code != "" && (e == nil || e.ErrorCode() != tt.code) {
				t.Errorf("got %v, want %q", err, tt.code)
			}
		})
	}
}

// TestAuthInProcess: the signature is checked without a socket too.
func TestAuthInProcess(t *testing.T) {
	c := emulator.New(&emulator.Options{Auth: &emulator.Auth{Keys: map[string]string{"AKIDTEAM": "team"}}}).Client()
	in := &bedrockruntime.ConverseInput{ModelId: new(sonnet), Messages: say("hi")}
	if _, err := c.Converse(t.Context(), in, func(o *bedrockruntime.Options) { o.Credentials = static("AKIDTEAM", "team") }); err != nil {
		t.Error(err)
	}
	if _, err := c.Converse(t.Context(), in); err == nil {
		t.Error("let in a key it does not know")
	}
}

func static(id, secret string) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, nil
	})
}

func withToken(token string) func(*bedrockruntime.Options) {
	return func(o *bedrockruntime.Options) {
		o.BearerAuthTokenProvider = bearer.StaticTokenProvider{Token: bearer.Token{Value: token}}
		o.AuthSchemePreference = []string{"httpBearerAuth"}
	}
}

func TestHTTP2(t *testing.T) {
	s := listen(t, nil, nil)
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	client := &http.Client{Transport: transport}
	defer transport.CloseIdleConnections()
	res, err := client.Post(s.URL+"/model/"+sonnet+"/converse", "application/json", strings.NewReader(`{"messages":[{"role":"user","content":[{"text":"hi"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.ProtoMajor != 2 || res.StatusCode != http.StatusOK {
		t.Errorf("%s %s", res.Proto, res.Status)
	}
}

func TestCallsOverHTTP(t *testing.T) {
	s := listen(t, &emulator.Options{Faults: []emulator.Fault{emulator.Throttle(1)}}, nil)
	for range 2 {
		_, _ = converse(t, s.Client(), "hello there") // the first is throttled
	}
	read := func() (out struct {
		Calls []struct {
			Operation, Model, Error string
			Status                  int
			Fault                   bool
			Body                    struct{ Messages []any }
		}
	},
	) {
		res, err := http.Get(s.URL + "/_emulator/calls")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	got := read()
	if len(got.Calls) != 2 || got.Calls[0].Status != 429 || !got.Calls[0].Fault || got.Calls[1].Status != 200 ||
		got.Calls[1].Model != sonnet || len(got.Calls[1].Body.Messages) != 1 {
		t.Errorf("calls: %+v", got)
	}
	res, err := http.Post(s.URL+"/_emulator/reset", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNoContent || len(read().Calls) != 0 {
		t.Errorf("reset: %s, %+v", res.Status, read())
	}
	if _, err := converse(t, s.Client(), "hello there"); err == nil {
		t.Error("the fault's count did not begin anew")
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestListenStaysHome(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "example.com:80", "nonsense"} {
		if s, err := emulator.New(nil).Listen(&emulator.ListenOptions{Addr: addr}); err == nil {
			s.Close()
			t.Errorf("listens on %s unasked", addr)
		}
	}
	listen(t, nil, &emulator.ListenOptions{Addr: "0.0.0.0:0", Public: true})
	listen(t, nil, &emulator.ListenOptions{Addr: "localhost:0"})
}

func TestServeEndsWithContext(t *testing.T) {
	s := listen(t, nil, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := s.Serve(ctx); err != nil {
		t.Error(err)
	}
	if _, err := converse(t, s.Client(), "hi"); err == nil {
		t.Error("still answers")
	}
}

// TestStreamStorm: no stream dies although the server answers at once.
func TestStreamStorm(t *testing.T) {
	c := listen(t, nil, nil).Client()
	for range 500 {
		if text, _, err := collect(t.Context(), c, "hi"); err != nil || text == "" {
			t.Fatalf("got %q, %v", text, err)
		}
	}
}

// TestClientGone: a handler ends with its client.
func TestClientGone(t *testing.T) {
	emu := emulator.New(&emulator.Options{Responder: emulator.Script(emulator.Turn{Text: "a b c", Chunk: time.Hour})})
	ended := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		emu.ServeHTTP(w, r)
		close(ended)
	}))
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	body := `{"messages":[{"role":"user","content":[{"text":"hi"}]}]}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/model/"+sonnet+"/converse-stream", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	res.Body.Close()
	<-ended
}

// TestClientGoneInProcess: the same without a socket, when the client closes
// the body of a stream that it does not read.
func TestClientGoneInProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		emu := emulator.New(&emulator.Options{Responder: emulator.Script(emulator.Turn{Text: "a b c", Chunk: time.Hour})})
		out, err := emu.Client().ConverseStream(t.Context(), &bedrockruntime.ConverseStreamInput{ModelId: new(sonnet), Messages: say("hi")})
		if err != nil {
			t.Fatal(err)
		}
		out.GetStream().Close()
		synctest.Wait()
		if d := emu.Calls()[0].Duration; d >= time.Hour {
			t.Errorf("the handler went on for %v", d)
		}
	})
}
