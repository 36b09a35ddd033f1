package emulator_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/causeway-go/causeway/bedrock/emulator"
)

// The first call is throttled, the second answered by the script.
func Example() {
	emu := emulator.New(&emulator.Options{
		Responder: emulator.Script(emulator.Turn{
			When: emulator.Match{Text: `/my name is (\w+)/`},
			Text: "Hello {{group 1}}, this is a scripted reply.",
		}),
		Faults: []emulator.Fault{emulator.Throttle(1)},
	})
	client := emu.Client()
	for range 2 {
		out, err := client.Converse(context.Background(), &bedrockruntime.ConverseInput{
			ModelId: new("us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
			Messages: []types.Message{{Role: types.ConversationRoleUser, Content: []types.ContentBlock{
				&types.ContentBlockMemberText{Value: "my name is Ada"},
			}}},
		})
		if err != nil {
			fmt.Println("throttled:", emu.Calls()[0].Error)
			continue
		}
		message := out.Output.(*types.ConverseOutputMemberMessage).Value
		fmt.Println(message.Content[0].(*types.ContentBlockMemberText).Value)
	}
	// Output:
	// throttled: ThrottlingException
	// Hello Ada, this is a scripted reply.
}
