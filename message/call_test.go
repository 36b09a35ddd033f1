package message_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/causeway-go/causeway/message"
)

func TestWithCallMerges(t *testing.T) {
	base := message.Call{
		RequestMetadata: map[string]string{"team": "support", "env": "dev"},
		GuardrailID:     "g1", GuardrailVersion: "1",
		OutputSchema: json.RawMessage(`{}`),
	}
	outer := message.WithCall(t.Context(), base)
	inner := message.WithCall(outer, message.Call{
		RequestMetadata: map[string]string{"env": "prod"},
		PromptVariables: map[string]string{"topic": "x"},
	})
	want := message.Call{
		RequestMetadata: map[string]string{"team": "support", "env": "prod"},
		GuardrailID:     "g1", GuardrailVersion: "1",
		OutputSchema:    json.RawMessage(`{}`),
		PromptVariables: map[string]string{"topic": "x"},
	}
	if diff := cmp.Diff(want, message.CallOf(inner)); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(base, message.CallOf(outer)); diff != "" {
		t.Errorf("the outer context changed (-want +got):\n%s", diff)
	}
}

func TestGuardrailVersionGoesWithItsID(t *testing.T) {
	ctx := message.WithCall(t.Context(), message.Call{GuardrailID: "g1", GuardrailVersion: "1"})
	ctx = message.WithCall(ctx, message.Call{GuardrailID: "g2"})
	if c := message.CallOf(ctx); c.GuardrailID != "g2" || c.GuardrailVersion != "" {
		t.Errorf("got %s version %q: the version belonged to the other guardrail", c.GuardrailID, c.GuardrailVersion)
	}
}
