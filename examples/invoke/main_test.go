package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/causeway-go/causeway/bedrock"
	"github.com/causeway-go/causeway/bedrock/emulator"
)

const model = "anthropic.claude-3-haiku-20240307-v1:0"

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := clientFor(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := run(t.Context(), &out, client, model); err != nil {
			t.Fatal(err)
		}
		got := out.String()
		if n := strings.Count(got, "refused ("); n != 2 {
			t.Errorf("%d refusals told, the emulator made 2:\n%s", n, got)
		}
		if n := strings.Count(got, "(scripted reply) Two tickets are open, one is late.\n"); n != 2 {
			t.Errorf("answered %d times, not once whole and once streamed:\n%s", n, got)
		}
		if !strings.Contains(got, " tokens in, ") {
			t.Errorf("no usage:\n%s", got)
		}
	})
}

func TestExplain(t *testing.T) {
	client := emulator.New(&emulator.Options{Responder: emulator.Script()}).Client()
	err := run(t.Context(), &bytes.Buffer{}, client, model)
	if err == nil || !strings.Contains(err.Error(), "the service says ValidationException") {
		t.Errorf("%v", err)
	}
	if e := explain(&bedrock.Error{Err: errors.New("no route")}); e == nil || strings.Contains(e.Error(), "the service says") {
		t.Errorf("%v", e)
	}
}
