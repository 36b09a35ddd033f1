package emulator

import (
	"encoding/json"
	"maps"
	"slices"
)

const msgGuardrail = "The guardrail identifier or version provided in the request does not exist."

type applyRequest struct {
	Source  string `json:"source"`
	Scope   string `json:"outputScope"`
	Content []struct {
		Text *struct {
			Text string `json:"text"`
		} `json:"text"`
		Image json.RawMessage `json:"image"`
	} `json:"content"`
}

// textUnit is how many characters one unit of a guardrail policy holds.
const textUnit = 1000

// applyGuardrail answers ApplyGuardrail.
func (x *exchange) applyGuardrail(id string, body []byte) {
	var in applyRequest
	if err := json.Unmarshal(body, &in); err != nil {
		x.fail(&Failure{Code: "SerializationException", Message: decodeMessage(err)})
		return
	}
	var c constraints
	c.oneOf("source", in.Source, "INPUT", "OUTPUT")
	if in.Content == nil {
		c.faults = append(c.faults, "Value null at 'content' failed to satisfy constraint: Member must not be null")
	}
	if f := c.failure(); f != nil {
		x.fail(f)
		return
	}
	g := x.e.guardrails[id]
	if g == nil {
		if x.e.guardrails != nil {
			x.fail(&Failure{Code: "ResourceNotFoundException", Message: msgGuardrail})
			return
		}
		g = &guardrail{}
	}
	if !x.suffer(x.e.fault(x.call, x.random)) {
		return
	}
	out, err := marshal(g.apply(&in))
	if err != nil {
		x.fail(failureOf(err))
		return
	}
	x.e.note(x.call, func(c *Call) { c.Status = 200 })
	x.send(out)
}

// apply builds the response. Its keys are Bedrock's; the counts are those of
// the policies the emulator has.
func (g *guardrail) apply(in *applyRequest) map[string]any {
	outputs, assessments := []any{}, []any{}
	chars, acted, blocked := 0, false, false
	for _, c := range in.Content {
		if c.Text == nil {
			continue
		}
		f := g.judge(c.Text.Text)
		chars += len([]rune(c.Text.Text))
		acted, blocked = acted || f.intervened(), blocked || len(f.words) > 0
		outputs = append(outputs, map[string]any{"text": f.text})
		if a := f.assessment(); len(a) > 0 || in.Scope == "FULL" {
			assessments = append(assessments, a)
		}
	}
	action, reason := "NONE", "No action."
	switch {
	case blocked:
		message := g.BlockedInput
		if in.Source == "OUTPUT" {
			message = g.BlockedOutput
		}
		action, reason, outputs = "GUARDRAIL_INTERVENED", "Guardrail blocked.", []any{map[string]any{"text": orDefault(message)}}
	case acted:
		action, reason = "GUARDRAIL_INTERVENED", "Guardrail masked."
	default:
		outputs = []any{}
	}
	units := (chars + textUnit - 1) / textUnit
	return map[string]any{
		"action": action, "actionReason": reason, "outputs": outputs, "assessments": assessments,
		"usage": map[string]any{
			"topicPolicyUnits": 0, "contentPolicyUnits": 0, "wordPolicyUnits": units, "sensitiveInformationPolicyUnits": 0,
			"sensitiveInformationPolicyFreeUnits": units, "contextualGroundingPolicyUnits": 0,
		},
		"guardrailCoverage": map[string]any{"textCharacters": map[string]any{"guarded": chars, "total": chars}},
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
