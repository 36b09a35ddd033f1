package emulator_test

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/causeway-go/causeway/bedrock/emulator"
)

// fronts runs a test in process and on a loopback port.
func fronts(t *testing.T, o *emulator.Options, test func(t *testing.T, emu *emulator.Emulator, c *bedrockruntime.Client)) {
	t.Run("in process", func(t *testing.T) {
		emu := emulator.New(o)
		test(t, emu, emu.Client())
	})
	t.Run("loopback", func(t *testing.T) {
		emu := emulator.New(o)
		s, err := emu.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		test(t, emu, s.Client())
	})
}

func breaking(b emulator.Break) *emulator.Options {
	return &emulator.Options{
		Responder: emulator.Script(emulator.Turn{Text: "one two three four"}),
		Faults:    []emulator.Fault{{Stream: &b}},
	}
}

func TestBreaks(t *testing.T) {
	throttled := &emulator.Failure{Code: "ThrottlingException", Message: "slow down"}
	for _, tt := range []struct {
		name string
		b    emulator.Break
		text string
		err  func(error) bool
	}{
		{"cut", emulator.Break{Kind: emulator.BreakCut, After: 3}, "one two", func(err error) bool { return err == nil }},
		{"cut after the last", emulator.Break{Kind: emulator.BreakCut, After: 100}, "one two three four", func(err error) bool { return err == nil }},
		{"mid frame", emulator.Break{Kind: emulator.BreakMidFrame, After: 2}, "one", func(err error) bool { return err == nil }},
		{"abort", emulator.Break{Kind: emulator.BreakAbort, After: 3}, "one two", func(err error) bool { return err == nil }},
		{"checksum", emulator.Break{Kind: emulator.BreakChecksum, After: 2}, "one", func(err error) bool { return err != nil }},
		{"malformed", emulator.Break{Kind: emulator.BreakMalformed, After: 2}, "one", func(err error) bool { return err != nil }},
		{"unknown event", emulator.Break{Kind: emulator.BreakUnknownEvent, After: 2}, "one two three four", func(err error) bool { return err == nil }},
		{"unknown block", emulator.Break{Kind: emulator.BreakUnknownBlock, After: 2}, "one two three four", func(err error) bool { return err == nil }},
		{"exception first", emulator.Break{Kind: emulator.BreakException, Error: throttled}, "", func(err error) bool {
			e, ok := errors.AsType[*types.ThrottlingException](err)
			return ok && *e.Message == "slow down"
		}},
		{"exception later", emulator.Break{Kind: emulator.BreakException, After: 3, Error: throttled}, "one two", func(err error) bool {
			_, ok := errors.AsType[*types.ThrottlingException](err)
			return ok
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fronts(t, breaking(tt.b), func(t *testing.T, emu *emulator.Emulator, c *bedrockruntime.Client) {
				text, _, err := collect(t.Context(), c, "hi")
				if text != tt.text || !tt.err(err) {
					t.Errorf("got %q, %v; want %q", text, err, tt.text)
				}
				if calls := emu.Calls(); !calls[0].Fault || calls[0].Error == "" {
					t.Errorf("the call does not tell its fault: %+v", calls[0])
				}
			})
		})
	}
}

func TestReset(t *testing.T) {
	fronts(t, &emulator.Options{Faults: []emulator.Fault{{First: 1, Reset: true}}},
		func(t *testing.T, _ *emulator.Emulator, c *bedrockruntime.Client) {
			if _, err := converse(t, c, "hi"); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("got %v, want a reset connection", err)
			}
			if _, err := converse(t, c, "hi"); err != nil {
				t.Error(err)
			}
		})
}

func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		emu := emulator.New(breaking(emulator.Break{Kind: emulator.BreakStall, After: 3}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		text, stop, _ := collect(ctx, emu.Client(), "hi")
		if text != "one two" || stop != "" || time.Since(start) != time.Hour {
			t.Errorf("got %q, %q after %v", text, stop, time.Since(start))
		}
	})
}

func TestFaultRules(t *testing.T) {
	down := &emulator.Failure{Code: "ServiceUnavailableException", Message: "down"}
	for _, tt := range []struct {
		name  string
		fault emulator.Fault
		want  string // one letter a call, x for a failed one
	}{
		{"first", emulator.Fault{First: 2, Error: down}, "xx...."},
		{"every", emulator.Fault{Every: 3, Error: down}, "..x..x"},
		{"operation", emulator.Fault{Operation: emulator.ConverseStream, Error: down}, "......"},
		{"model", emulator.Fault{Model: "*haiku*", Error: down}, "......"},
		{"schedule", emulator.Fault{From: 2 * time.Second, Until: 3 * time.Second, Error: down}, "..xx.."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := emulator.New(&emulator.Options{Faults: []emulator.Fault{tt.fault}}).Client()
				var got strings.Builder
				for range 6 {
					if _, err := converse(t, c, "hi"); err != nil {
						got.WriteString("x")
					} else {
						got.WriteString(".")
					}
					time.Sleep(time.Second)
				}
				if got.String() != tt.want {
					t.Errorf("got %s, want %s", got.String(), tt.want)
				}
			})
		})
	}
}
