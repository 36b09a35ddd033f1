import { ChatBedrockConverse } from "@langchain/aws";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { z } from "zod";
import { config, failure, model, report, throttled } from "./clients.mjs";

// endpointHost stands for https, so this one meets the emulator over TLS.
const chat = (over) => new ChatBedrockConverse({ model, region: config.region, credentials: config.credentials, endpointHost: new URL(config.endpoint).host, ...over });
const weather = tool(async () => "clear", { name: "weather", description: "Weather of a city", schema: z.object({ city: z.string() }) });

await report({
  async converse() {
    const out = await chat().invoke("hello");
    return { text: out.content, stop: out.response_metadata.stopReason, tokens: out.usage_metadata.total_tokens };
  },
  async stream() {
    let text = "", chunks = 0, stop = "";
    for await (const part of await chat().stream("hello")) {
      if (part.content) { text += part.content; chunks++; }
      stop = part.response_metadata?.messageStop?.stopReason ?? stop;
    }
    return { text, chunks, stop };
  },
  async tool() {
    const bound = chat().bindTools([weather]);
    const messages = [new HumanMessage("weather in Rome")];
    const asked = await bound.invoke(messages);
    const call = asked.tool_calls[0];
    messages.push(asked, new ToolMessage({ tool_call_id: call.id, content: JSON.stringify({ sky: "clear" }) }));
    const out = await bound.invoke(messages);
    return { input: call.args, text: out.content };
  },
  throttle: () => failure(chat({ model: throttled, maxRetries: 0, clientOptions: { maxAttempts: 1 } }).invoke("hello")),
  async retried() {
    const out = await chat({ model: throttled, maxRetries: 3 }).invoke("hello");
    return { text: out.content };
  },
});
