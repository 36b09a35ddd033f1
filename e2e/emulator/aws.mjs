import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, InvokeModelCommand } from "@aws-sdk/client-bedrock-runtime";
import { config, failure, model, report, throttled } from "./clients.mjs";

const client = new BedrockRuntimeClient(config);
const user = (text) => ({ role: "user", content: [{ text }] });
const toolConfig = {
  tools: [{ toolSpec: { name: "weather", description: "Weather of a city", inputSchema: { json: { type: "object", properties: { city: { type: "string" } } } } } }],
};

await report({
  async converse() {
    const out = await client.send(new ConverseCommand({ modelId: model, messages: [user("hello")] }));
    return { text: out.output.message.content[0].text, stop: out.stopReason, tokens: out.usage.totalTokens };
  },
  async stream() {
    const out = await client.send(new ConverseStreamCommand({ modelId: model, messages: [user("hello")] }));
    let text = "", chunks = 0, stop = "";
    for await (const event of out.stream) {
      if (event.contentBlockDelta) { text += event.contentBlockDelta.delta.text; chunks++; }
      if (event.messageStop) stop = event.messageStop.stopReason;
    }
    return { text, chunks, stop };
  },
  async tool() {
    const messages = [user("weather in Rome")];
    const asked = await client.send(new ConverseCommand({ modelId: model, messages, toolConfig }));
    const call = asked.output.message.content.find((b) => b.toolUse).toolUse;
    messages.push(asked.output.message, { role: "user", content: [{ toolResult: { toolUseId: call.toolUseId, content: [{ json: { sky: "clear" } }] } }] });
    const out = await client.send(new ConverseCommand({ modelId: model, messages, toolConfig }));
    return { input: call.input, text: out.output.message.content[0].text };
  },
  async invoke() {
    const body = JSON.stringify({ anthropic_version: "bedrock-2023-05-31", max_tokens: 100, messages: [{ role: "user", content: "hello" }] });
    const out = await client.send(new InvokeModelCommand({ modelId: model, body, contentType: "application/json" }));
    return { text: JSON.parse(new TextDecoder().decode(out.body)).content[0].text };
  },
  throttle: () => failure(new BedrockRuntimeClient({ ...config, maxAttempts: 1 }).send(new ConverseCommand({ modelId: throttled, messages: [user("hello")] }))),
  async retried() {
    const out = await client.send(new ConverseCommand({ modelId: throttled, messages: [user("hello")] }));
    return { attempts: out.$metadata.attempts };
  },
});
