import { createAmazonBedrock } from "@ai-sdk/amazon-bedrock";
import { generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { config, failure, model, report, throttled } from "./clients.mjs";

const bedrock = createAmazonBedrock({ baseURL: config.endpoint, region: config.region, ...config.credentials });
const weather = tool({
  description: "Weather of a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async () => ({ sky: "clear" }),
});

await report({
  async converse() {
    const out = await generateText({ model: bedrock(model), prompt: "hello" });
    return { text: out.text, stop: out.finishReason, tokens: out.usage.totalTokens };
  },
  async stream() {
    const out = streamText({ model: bedrock(model), prompt: "hello" });
    let text = "", chunks = 0;
    for await (const part of out.textStream) { text += part; chunks++; }
    return { text, chunks, stop: await out.finishReason };
  },
  async tool() {
    const out = await generateText({ model: bedrock(model), prompt: "weather in Rome", tools: { weather }, stopWhen: stepCountIs(3) });
    return { input: out.steps[0].toolCalls[0].input, text: out.text };
  },
  throttle: () => failure(generateText({ model: bedrock(throttled), prompt: "hello", maxRetries: 0 })),
  async retried() {
    const out = await generateText({ model: bedrock(throttled), prompt: "hello", maxRetries: 2 });
    return { text: out.text };
  },
});
