package bedrock

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/tmc/langchaingo/llms"

	"github.com/causeway-go/causeway/message"
)

// GuardrailClient is the part of the SDK's client that [ApplyGuardrail] asks.
// *bedrockruntime.Client is one.
type GuardrailClient interface {
	ApplyGuardrail(context.Context, *bedrockruntime.ApplyGuardrailInput, ...func(*bedrockruntime.Options)) (*bedrockruntime.ApplyGuardrailOutput, error)
}

// GuardrailSource says whose words a guardrail looks at.
type GuardrailSource string

// The sources a guardrail tells apart.
const (
	GuardrailInput  GuardrailSource = "INPUT"  // the user's
	GuardrailOutput GuardrailSource = "OUTPUT" // the model's
)

// Verdict is what a guardrail says about content.
type Verdict struct {
	Intervened  bool
	Reason      string            // in the service's words, when it tells one
	Text        string            // to show in place of the content: the blocked message, or the content masked
	Assessments []json.RawMessage // what the policies found, as the API reference describes GuardrailAssessment
	RequestID   string
}

// ApplyGuardrail lets a guardrail look at content without asking a model, such
// as what another provider wrote. Parts are texts, message.Guarded with
// qualifiers, and PNG or JPEG images. With g.Trace set to enabled_full the
// verdict also tells what was found harmless. Errors are *Error.
func ApplyGuardrail(ctx context.Context, client GuardrailClient, g Guardrail, source GuardrailSource, parts ...llms.ContentPart) (*Verdict, error) {
	const op = "ApplyGuardrail"
	if g.ID == "" {
		return nil, invalid(op, "", "no guardrail id")
	}
	if g.Version == "" {
		g.Version = "DRAFT"
	}
	in := &bedrockruntime.ApplyGuardrailInput{
		GuardrailIdentifier: &g.ID,
		GuardrailVersion:    &g.Version,
		Source:              types.GuardrailContentSource(source),
	}
	if g.Trace == "enabled_full" {
		in.OutputScope = types.GuardrailOutputScopeFull
	}
	for i, part := range parts {
		b, err := guardrailBlock(part)
		if err != nil {
			return nil, invalid(op, g.ID, fmt.Sprintf("part %d: %v", i+1, err))
		}
		in.Content = append(in.Content, b)
	}
	out, err := client.ApplyGuardrail(ctx, in)
	if err != nil {
		return nil, callError(op, g.ID, err)
	}
	v := &Verdict{
		Intervened: out.Action == types.GuardrailActionGuardrailIntervened,
		Reason:     str(out.ActionReason),
	}
	for _, a := range out.Assessments {
		b, err := wireJSON(&a)
		if err != nil {
			return nil, callError(op, g.ID, err)
		}
		v.Assessments = append(v.Assessments, b)
	}
	var texts []string
	for _, o := range out.Outputs {
		texts = append(texts, str(o.Text))
	}
	v.Text = strings.Join(texts, "\n")
	v.RequestID, _ = awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	return v, nil
}

func guardrailBlock(part llms.ContentPart) (types.GuardrailContentBlock, error) {
	switch p := part.(type) {
	case message.Guarded:
		if p.Data != nil {
			return guardrailBlock(message.Image{MIMEType: p.MIMEType, Data: p.Data})
		}
		b := types.GuardrailTextBlock{Text: &p.Text}
		for _, q := range p.Qualifiers {
			b.Qualifiers = append(b.Qualifiers, types.GuardrailContentQualifier(q))
		}
		return &types.GuardrailContentBlockMemberText{Value: b}, nil
	case llms.BinaryContent:
		return guardrailBlock(binaryPart(p))
	case message.Image:
		format, ok := guardedFormats.format(p.MIMEType)
		if !ok || len(p.Data) == 0 {
			return nil, fmt.Errorf("an image of type %q: a guardrail looks at %s, inline", p.MIMEType, guardedFormats)
		}
		return &types.GuardrailContentBlockMemberImage{Value: types.GuardrailImageBlock{
			Format: types.GuardrailImageFormat(format),
			Source: &types.GuardrailImageSourceMemberBytes{Value: p.Data},
		}}, nil
	}
	text, ok := message.Text(part)
	if !ok {
		return nil, fmt.Errorf("a %T: a guardrail looks at text and images", part)
	}
	return &types.GuardrailContentBlockMemberText{Value: types.GuardrailTextBlock{Text: &text}}, nil
}
