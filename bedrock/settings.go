package bedrock

import (
	"context"
	"math"

	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// settings are what a call is made with: the model's Options, under the call's
// llms.CallOptions, under the context's message.Call.
type settings struct {
	*Options
	model  string
	base   string // the model behind it, where that is known
	family family
	lc     llms.CallOptions // Temperature and TopP are NaN when unset
	call   message.Call
}

// resolve applies a call's options.
func (s *settings) resolve(ctx context.Context, m *Model, opts []llms.CallOption) {
	s.Options, s.model, s.family = &m.options, m.id, m.family
	s.base = m.id
	if s.BaseModel != "" {
		s.base = s.BaseModel
	}
	s.call = message.CallOf(ctx)
	s.lc.Temperature, s.lc.TopP, s.lc.RepetitionPenalty = math.NaN(), math.NaN(), math.NaN()
	for _, o := range opts {
		before := floatsOf(&s.lc)
		o(&s.lc)
		if replaced(before, floatsOf(&s.lc)) {
			s.unsetZeros()
		}
	}
	if s.lc.Model != "" && s.lc.Model != m.id {
		s.model, s.base, s.family = s.lc.Model, s.lc.Model, familyOf(s.lc.Model)
	}
}

// Temperature 0 is a wish like any other, so unset is NaN. llms.WithOptions
// overwrites that with what its caller left at 0: there, 0 means unset, as it
// does in langchaingo's own providers. It is the one option that changes all
// three of these at once.
func (s *settings) unsetZeros() {
	if s.lc.Temperature == 0 {
		s.lc.Temperature = math.NaN()
	}
	if s.lc.TopP == 0 {
		s.lc.TopP = math.NaN()
	}
	if s.lc.RepetitionPenalty == 0 {
		s.lc.RepetitionPenalty = math.NaN()
	}
}

func floatsOf(o *llms.CallOptions) [3]uint64 {
	return [3]uint64{
		math.Float64bits(o.Temperature), math.Float64bits(o.TopP), math.Float64bits(o.RepetitionPenalty),
	}
}

func replaced(before, after [3]uint64) bool {
	return before[0] != after[0] && before[1] != after[1] && before[2] != after[2]
}

// unsupported lists what was asked for that Converse has no field for. It is
// left out, as langchaingo's providers leave out what they do not know.
func (s *settings) unsupported() []string {
	var names []string
	for _, o := range []struct {
		name string
		set  bool
	}{
		{"Seed", s.lc.Seed != 0},
		{"N", s.lc.N > 1},
		{"CandidateCount", s.lc.CandidateCount > 1},
		{"MinLength", s.lc.MinLength != 0},
		{"MaxLength", s.lc.MaxLength != 0},
		{"RepetitionPenalty", s.lc.RepetitionPenalty != 0 && !math.IsNaN(s.lc.RepetitionPenalty)},
		{"FrequencyPenalty", s.lc.FrequencyPenalty != 0},
		{"PresencePenalty", s.lc.PresencePenalty != 0},
		{"JSONMode", s.lc.JSONMode && s.outputSchema() == nil},
		{"TopK", s.lc.TopK != 0 && !s.family.hasTopK()},
		{"Thinking", s.thinksInVain()},
	} {
		if o.set {
			names = append(names, o.name)
		}
	}
	return names
}

// streams reports whether somebody wants the answer piece by piece.
func (s *settings) streams(ctx context.Context) bool {
	return s.lc.StreamingFunc != nil || s.lc.StreamingReasoningFunc != nil || message.ObserverOf(ctx).Delta != nil
}

// outputSchema returns the schema of the call, or of the model.
func (s *settings) outputSchema() []byte {
	if s.call.OutputSchema != nil {
		return s.call.OutputSchema
	}
	return s.OutputSchema
}
