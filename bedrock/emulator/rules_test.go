package emulator

import (
	"strings"
	"testing"
)

const ruleTools = `"toolConfig":{"tools":[
 {"toolSpec":{"name":"get_weather","description":"Current weather of a city","inputSchema":{"json":{"type":"object","properties":{"city":{"type":"string"},"unit":{"enum":["celsius","fahrenheit"]}},"required":["city"]}}}},
 {"toolSpec":{"name":"lookup_order","description":"Status of an order","inputSchema":{"json":{"type":"object","properties":{"orderId":{"type":"string"},"count":{"type":"integer"},"deep":{"type":"array","items":{"type":"boolean"}}},"required":["orderId","deep"]}}}},
 {"toolSpec":{"name":"calculator","description":"Evaluates arithmetic","inputSchema":{"json":{"type":"object","properties":{"expression":{"type":"string"}},"required":["expression"]}}}}]`

func TestRules(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"weather", `{` + ruleTools + `},"messages":[` + user(`{"text":"What's the weather in San Francisco in fahrenheit?"}`) + `]}`, `get_weather {"city":"San Francisco","unit":"fahrenheit"}`},
		{"order", `{` + ruleTools + `},"messages":[` + user(`{"text":"Where is my order A-4711?"}`) + `]}`, `lookup_order {"deep":[true],"orderId":"A-4711"}`},
		{"sum", `{` + ruleTools + `},"messages":[` + user(`{"text":"Use the calculator: what is 15 * 8"}`) + `]}`, `calculator {"expression":"15 * 8"}`},
		{"no tool", `{` + ruleTools + `},"messages":[` + user(`{"text":"Hello"}`) + `]}`, `You said: "Hello"`},
		{"forced", `{` + ruleTools + `,"toolChoice":{"tool":{"name":"calculator"}}},"messages":[` + user(`{"text":"Hello"}`) + `]}`, `calculator {"expression":"Hello"}`},
		{"any", `{` + ruleTools + `,"toolChoice":{"any":{}}},"messages":[` + user(`{"text":"Hello in Rome"}`) + `]}`, `get_weather {"city":"Rome"}`},
		{"result", `{` + ruleTools + `},"messages":[` + user(`{"text":"order 1"}`) + `,` + assistant(`{"toolUse":{"toolUseId":"a","name":"lookup_order","input":{}}}`) + `,` +
			user(`{"toolResult":{"toolUseId":"a","content":[{"json":{"status":"shipped","days":2}}]}}`) + `]}`, `The tool lookup_order says: days is 2, status is shipped.`},
		{"failed result", `{` + ruleTools + `},"messages":[` + user(`{"text":"order 1"}`) + `,` + assistant(`{"toolUse":{"toolUseId":"a","name":"lookup_order","input":{}}}`) + `,` +
			user(`{"toolResult":{"toolUseId":"a","status":"error","content":[{"text":"no such order"}]}}`) + `]}`, `The tool lookup_order failed: no such order`},
		{"memory", `{"messages":[` + user(`{"text":"I am Ada"}`) + `,` + assistant(`{"text":"Hi"}`) + `,` + user(`{"text":"Who am I?"}`) + `]}`, `Before that: "I am Ada"`},
		{"schema", `{"outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"schema":"{\"type\":\"object\",\"required\":[\"queue\",\"size\"],\"properties\":{\"queue\":{\"enum\":[\"billing\",\"bug\",\"other\"]},\"size\":{\"type\":\"number\"}}}"}}}},"messages":[` +
			user(`{"text":"A bug cost me 2.5 hours"}`) + `]}`, `{"queue":"bug","size":2.5}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reply := respond(t, Rules(), tt.body)
			var got strings.Builder
			for _, b := range reply.Content {
				if b.ToolUse != nil {
					got.WriteString(b.ToolUse.Name + " " + string(b.ToolUse.Input))
				} else {
					got.WriteString(*b.Text)
				}
			}
			if !strings.Contains(got.String(), tt.want) {
				t.Errorf("got %s\nwant %s", got.String(), tt.want)
			}
			if tt.name != "schema" && !strings.HasPrefix(got.String(), Scripted) {
				t.Errorf("it does not say that it is scripted: %s", got.String())
			}
		})
	}
}
