package bedrock

import (
	"cmp"
	"slices"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// answer puts the gathered blocks together, as an unstreamed reply has them.
func (s *streamed) answer() (*answer, error) {
	a := &answer{stopReason: s.stopReason}
	a.info.Model, a.info.RequestID, a.info.FirstToken = s.model, s.requestID, s.firstToken
	a.info.Message = llms.MessageContent{Role: llms.ChatMessageTypeAI}
	a.info.Message.Parts = make([]llms.ContentPart, 0, len(s.blocks))
	slices.SortStableFunc(s.blocks, func(x, y *streamBlock) int { return cmp.Compare(x.index, y.index) })
	for _, b := range s.blocks {
		if part := s.gathered(b); part != nil {
			a.info.Message.Parts = append(a.info.Message.Parts, part)
		}
	}
	if m := s.metadata; m != nil {
		a.info.Usage = usageOf(m.Usage)
		if m.Metrics != nil && m.Metrics.LatencyMs != nil {
			a.info.Latency = time.Duration(*m.Metrics.LatencyMs) * time.Millisecond
		}
		if m.PerformanceConfig != nil {
			a.info.Performance = string(m.PerformanceConfig.Latency)
		}
		if m.ServiceTier != nil {
			a.info.ServiceTier = string(m.ServiceTier.Type)
		}
		if m.Trace != nil {
			var err error
			if a.info.Trace, err = wireJSON(m.Trace); err != nil {
				return nil, err
			}
			a.setInvoked(m.Trace.PromptRouter)
		}
	}
	fields, err := documentJSON(s.fields)
	a.info.AdditionalFields = fields
	return a, err
}
